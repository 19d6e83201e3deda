// Networks to choose from, each a card; a search leaves those that fit, the best fit first.
const WAIT_MS = 150;
let lists = 0;

function render({ model, el }) {
  const id = `wb-cards-${(lists += 1)}`;
  const label = make("label", "widget-label", model.get("description"));
  label.htmlFor = id;
  const search = make("input", "wb-cards-search");
  search.type = "search";
  search.id = id;
  search.placeholder = "Search: name, family, year";
  const list = make("div", "wb-cards");
  list.setAttribute("role", "radiogroup");
  list.setAttribute("aria-label", model.get("description"));
  let timer = 0;
  const choose = (name) => {
    model.set("value", name);
    model.save_changes();
    mark();
  };
  const mark = () => {
    const value = model.get("value");
    const nodes = [...list.querySelectorAll("[role=radio]")];
    for (const node of nodes) {
      const on = node.dataset.name === value;
      node.classList.toggle("wb-chosen", on);
      node.setAttribute("aria-checked", String(on));
      node.tabIndex = on ? 0 : -1;
    }
    if (nodes.length && !nodes.some((node) => node.tabIndex === 0)) nodes[0].tabIndex = 0;
  };
  const card = (option) => {
    const node = make("button", "wb-network");
    node.type = "button";
    node.dataset.name = option.name;
    node.setAttribute("role", "radio");
    node.title = option.about;
    const line = make("span", "wb-network-line");
    line.append(make("span", "wb-strong", option.title));
    if (option.badge) line.append(make("span", "wb-pill wb-pill-done", option.badge));
    node.append(line, make("span", "wb-muted", option.facts));
    if (option.reason) node.append(make("span", "wb-muted wb-network-reason", option.reason));
    node.addEventListener("click", () => choose(option.name));
    return node;
  };
  const draw = () => {
    const focused = list.contains(document.activeElement) && document.activeElement.dataset.name;
    list.replaceChildren(...model.get("options").map(card));
    if (!list.children.length) list.append(make("div", "wb-muted wb-empty", "No network fits these words."));
    mark();
    if (focused) [...list.children].find((node) => node.dataset.name === focused)?.focus();
  };
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => model.send({ event: "search", words: search.value }), WAIT_MS);
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const nodes = [...list.querySelectorAll("[role=radio]")];
    if (!by || !nodes.length) return;
    event.preventDefault();
    const next = nodes[(nodes.indexOf(document.activeElement) + by + nodes.length) % nodes.length];
    next.focus();
    choose(next.dataset.name);
  });
  el.append(label, search, list);
  model.on("change:options", draw);
  model.on("change:value", mark);
  draw();
  // The chosen one is in sight; the page itself stays where it is.
  requestAnimationFrame(() => {
    const chosen = list.querySelector(".wb-chosen");
    if (chosen) list.scrollTop = chosen.offsetTop - list.offsetTop;
  });
  return () => {
    clearTimeout(timer);
    model.off("change:options", draw);
    model.off("change:value", mark);
  };
}

export default { render };
