from django.db import migrations


class Migration(migrations.Migration):
    """Keep a burst of events from reading all waiting jobs for each new one.

    Each new job writes an event of the job, whose foreign key is checked by a statement that
    PostgreSQL plans once a connection: with the few jobs there usually are it chooses to read
    the whole table, and goes on to when thousands wait.
    """

    dependencies = [
        ('billing', '0001_initial'),
        ('procrastinate', '0041_post_retry_failed_job'),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[])"
            " SET enable_seqscan = off",
            "ALTER FUNCTION procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[])"
            " RESET enable_seqscan",
        ),
    ]
