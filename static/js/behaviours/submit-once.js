// A form that must not be sent twice by an impatient hand. (The server refuses the second one anyway.)
export function bind(form) {
  let sent = false;
  const mark = (on) => {
    sent = on;
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      if (on) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  };
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    else mark(true);
  });
  // Sent by htmx the page stays: a refusal came, and the form works again.
  form.addEventListener("htmx:afterRequest", (event) => {
    const leaving = event.detail.xhr?.getResponseHeader("HX-Redirect");
    if (event.detail.elt === form && !leaving) mark(false);
  });
  // Back from Stripe's page by the browser's button: the form works again.
  addEventListener("pageshow", () => mark(false));
}
