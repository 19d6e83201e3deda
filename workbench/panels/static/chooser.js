// A text field that finds one of many names as one types, classes for instance. Names only ever
// become text. `free` lets through what is no name yet.
let choosers = 0;

function chooser({ label, placeholder, names, free, empty, onPick }) {
  const MOST = 100;
  const id = `wb-chooser-${(choosers += 1)}`;
  const root = make("div", "wb-chooser");
  const input = make("input");
  const list = make("div", "wb-chooser-list");
  list.id = id;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  input.type = "text";
  input.placeholder = placeholder;
  input.autocomplete = "off";
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-label": label, "aria-controls": id, "aria-expanded": "false", "aria-autocomplete": "list",
  })) input.setAttribute(name, value);
  let shown = [];
  let at = -1;
  let chosen = { index: -1, name: "" };

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    at = place;
    [...list.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === at)));
    const node = list.children[at];
    if (node) {
      node.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", node.id);
    }
  };
  const pick = (choice) => {
    chosen = choice;
    input.value = choice.index < 0 && !free ? "" : choice.name;
    close();
    onPick(choice);
  };
  const open = (typed) => {
    const wanted = typed.trim().toLowerCase();
    const all = names();
    shown = empty && !wanted ? [{ index: -1, name: empty }] : [];
    for (let i = 0; i < all.length && shown.length < MOST; i += 1) {
      if (all[i].toLowerCase().includes(wanted)) shown.push({ index: i, name: all[i] });
    }
    const fresh = free && wanted && !all.some((name) => name.toLowerCase() === wanted);
    if (fresh) shown.push({ index: -1, name: typed.trim(), fresh });
    list.replaceChildren();
    shown.forEach((choice, i) => {
      const node = make("div", "wb-choice", choice.fresh ? `New class: ${choice.name}` : choice.name);
      node.id = `${id}-${i}`;
      node.setAttribute("role", "option");
      node.addEventListener("mousedown", (event) => {
        event.preventDefault();
        pick(choice);
      });
      list.append(node);
    });
    if (!shown.length) list.append(make("div", "wb-choice wb-muted", "no such class"));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(wanted && shown.length ? 0 : -1);
  };
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => open(""));
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("blur", () => {
    close();
    if (!free) input.value = chosen.index < 0 ? "" : chosen.name;
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      if (list.hidden) open("");
      if (shown.length) mark((at + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      if (!list.hidden && shown[at]) pick(shown[at]);
      else if (!input.value.trim() && !free) pick({ index: -1, name: "" });
    } else if (event.key === "Escape" && !list.hidden) {
      close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  root.append(input, list);
  return {
    root,
    input,
    set(index) {
      const all = names();
      chosen = { index, name: index < 0 ? "" : all[index] };
      if (document.activeElement !== input) input.value = chosen.name;
    },
    clear() {
      chosen = { index: -1, name: "" };
      input.value = "";
    },
  };
}
