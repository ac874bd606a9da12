// "Copy link" and "Print" under a text. Both buttons are hidden until this script shows them.

const tools = document.querySelector("[data-page-tools]");
const address = document.querySelector("link[rel=canonical]")?.href ?? location.href;
const copy = tools?.querySelector("[data-copy]");

// Browsers lend the clipboard to pages that came by https alone.
if (copy && !navigator.clipboard) copy.remove();
copy?.addEventListener("click", async () => {
  const status = tools.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(address);
    status.textContent = tools.dataset.copied;
  } catch {
    status.textContent = tools.dataset.failed;
  }
});
tools?.querySelector("[data-print]").addEventListener("click", () => print());
if (tools) tools.hidden = false;

// On paper nobody can open what is folded away.
const opened = new Set();
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not([open])")) {
    fold.open = true;
    opened.add(fold);
  }
});
addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
  opened.clear();
});
