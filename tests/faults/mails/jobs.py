import os

from core.jobs import job
from core.mail import send
from core.models import Job

KIND = "faults.mail"


@job(KIND)
def send_numbered_mail(object_id: str, *, job: Job) -> None:
    to = "bad@example.org" if object_id == "bad" else "sink@example.org"
    # The sink reads from the body whom to kill while it holds back its answer.
    send(job=job, subject=f"Mail {object_id}", body=f"{os.getpid()}\n", to=to)
