// The text editor hides the labelled field and gives its own editing area no name: lend it the field's label.
document.addEventListener("prose-editor:ready", (event) => {
  const { editor, textarea } = event.detail;
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  const area = editor.view?.dom ?? textarea.closest(".prose-editor")?.querySelector("[contenteditable]");
  if (!label || !area) return;
  label.id ||= `${textarea.id}-label`;
  area.setAttribute("role", "textbox");
  area.setAttribute("aria-multiline", "true");
  area.setAttribute("aria-labelledby", label.id);
  label.addEventListener("click", () => editor.commands?.focus());
});
