// Says in which language some words are. It also keeps `lang` and `dir` where they stand on a paragraph or a strong word:
// the text editor drops every attribute that it does not know.
import { Mark } from "django-prose-editor/editor";

const KEPT_ON = ["paragraph", "heading", "listItem", "blockquote", "bold", "italic", "link"];
const attribute = (name) => ({
  default: null,
  parseHTML: (element) => element.getAttribute(name),
  renderHTML: (attributes) => (attributes[name] ? { [name]: attributes[name] } : {}),
});

export const Language = Mark.create({
  name: "language",
  addOptions: () => ({ languages: [] }),
  addAttributes: () => ({ lang: attribute("lang"), dir: attribute("dir") }),
  addGlobalAttributes: () => [{ types: KEPT_ON, attributes: { lang: attribute("lang"), dir: attribute("dir") } }],
  parseHTML: () => [{ tag: "span[lang]" }],
  renderHTML: ({ HTMLAttributes }) => ["span", HTMLAttributes, 0],
  addMenuItems({ buttons, menu }) {
    for (const { code, name } of this.options.languages) {
      const option = document.createElement("p");
      option.textContent = name;
      menu.defineItem({
        name: `${this.name}:${code}`,
        groups: "textClass",
        button: buttons.text(name),
        option,
        active: (editor) => (code ? editor.isActive("language", { lang: code }) : !editor.isActive("language")),
        command: (editor) => {
          const chain = editor.chain().focus();
          if (code) chain.setMark("language", { lang: code }).run();
          else chain.unsetMark("language", { extendEmptyMarkRange: true }).run();
        },
      });
    }
  },
});
