"""What a customer could pay less for, computed from their own history."""
