"""The form to report a mistake, and the two buttons under “Was this useful?”."""

from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core import encryption, throttle
from core.http import is_same_origin, no_store, with_query
from core.public_forms import PublicFormView
from feedback.forms import ReportForm
from feedback.models import RETENTION, PageReport
from feedback.services import count_answer, find_page, receive_report
from publishing.models import Edition


class ReportView(PublicFormView):
    """The page that it is about comes in the address and goes on in the form."""

    #: Why nothing can be asked of the database.
    away: Exception | None

    form_class = ReportForm
    template_name = "feedback/report.html"
    purpose = "report"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        asked = request.POST if request.method == "POST" else request.GET
        path, self.away = asked.get("page", ""), None
        try:
            self.edition = find_page(path)
        except (OperationalError, InterfaceError) as error:
            if request.method != "POST" or not is_local(path):
                raise
            # The form must come back with its text, though nobody can say now what the page is called.
            self.away = error
            self.edition = Edition(path=path, title=path)
        is_missing = asked.get("kind") == PageReport.Kind.MISSING
        self.kind = PageReport.Kind.MISSING if is_missing else PageReport.Kind.MISTAKE

    def form_address(self) -> str:
        return with_query(self.request.path, page=self.edition.path, kind=self.kind)

    def held_as(self) -> str:
        return f"{self.purpose}:{self.kind}:{self.edition.path}"

    def is_open(self) -> bool:
        return encryption.is_ready()

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"kind": self.kind}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = {"edition": self.edition, "kind": self.kind, "retention_months": RETENTION.days // 30}
        return super().get_context_data(**kwargs) | mine

    def receive(self, form: Any, *, nonce: str, address: str, looks_automatic: bool) -> str:
        if self.away:
            raise self.away
        receive_report(
            edition=self.edition,
            kind=self.kind,
            text=form.cleaned_data["text"],
            nonce=nonce,
            address=address,
            looks_automatic=looks_automatic,
        )
        return with_query(reverse("feedback:sent"), page=self.edition.path)


def is_local(path: str) -> bool:
    """Say whether a link to it stays on this site."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return _thanks(request, "feedback/sent.html")


# The origin that the browser names protects against forgery: the page with the buttons is the same for everybody.
@csrf_exempt
@require_POST
def useful(request: HttpRequest) -> HttpResponse:
    """Count a yes or a no. One too many from the same address is thanked for all the same."""
    if not is_same_origin(request):
        raise PermissionDenied
    edition = find_page(request.POST.get("page", ""))
    answer = request.POST.get("answer")
    if answer not in {"yes", "no"}:
        raise BadRequest("The answer is yes or no.")
    count_answer(edition=edition, is_useful=answer == "yes", address=throttle.client_address(request))
    response = HttpResponseRedirect(with_query(reverse("feedback:thanks"), page=edition.path), status=303)
    no_store(response)
    return response


@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    return _thanks(request, "feedback/thanks.html")


def _thanks(request: HttpRequest, template: str) -> HttpResponse:
    response = render(request, template, {"edition": find_page(request.GET.get("page", "")), "crumbs": []})
    response.headers["X-Robots-Tag"] = "noindex"
    no_store(response)
    return response
