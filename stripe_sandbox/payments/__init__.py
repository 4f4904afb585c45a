"""What happens when a card is charged: cards, charges, and the payment of a session."""
