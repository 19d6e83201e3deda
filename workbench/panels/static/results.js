// The runs of a home, page by page: filtered, sorted, grouped, selected. Text from data only ever
// becomes text.
function action(label, onClick, title, className) {
  const node = make("button", `wb-button ${className || ""}`, label);
  node.type = "button";
  node.title = title || label;
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    onClick(event);
  });
  return node;
}

const WAIT_MS = 150;
const ASKS = "words, network:lenet, val_accuracy>0.9, epochs<=10";

function filterBox(model) {
  const input = make("input", "wb-results-filter");
  input.type = "search";
  input.placeholder = ASKS;
  input.setAttribute("aria-label", `Filter: ${ASKS}`);
  let timer = null;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => model.send({ event: "filter", text: input.value }), WAIT_MS);
  });
  input.value = model.get("data").filter || "";
  return { input, stop: () => clearTimeout(timer) };
}

// A panel of ticks, one a column, found by name as one types.
function columnChooser(model) {
  const panel = make("div", "wb-results-columns");
  panel.hidden = true;
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", "Columns");
  const search = make("input");
  search.type = "search";
  search.placeholder = "part of a column's name";
  search.setAttribute("aria-label", "Find a column");
  const list = make("div", "wb-results-choices");
  const usual = action("Usual columns", () => model.send({ event: "columns", keys: [] }), "Show the columns of the beginning", "wb-link");
  const opener = action("Columns", () => toggle(), "Choose what is shown of each run", "wb-results-choose");
  opener.setAttribute("aria-expanded", "false");
  const toggle = () => {
    panel.hidden = !panel.hidden;
    opener.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) {
      draw();
      search.focus();
    }
  };
  const choose = () => {
    const keys = [...model.get("data").columns.map((column) => column.key)];
    for (const box of list.querySelectorAll("input")) {
      const at = keys.indexOf(box.value);
      if (box.checked && at < 0) keys.push(box.value);
      if (!box.checked && at >= 0) keys.splice(at, 1);
    }
    model.send({ event: "columns", keys });
  };
  const draw = () => {
    if (panel.hidden) return;
    const chosen = new Set(model.get("data").columns.map((column) => column.key));
    const word = search.value.trim().toLowerCase();
    const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
    list.replaceChildren();
    let section = null;
    for (const column of model.get("options").columns) {
      if (column.key === "name" || !column.label.toLowerCase().includes(word)) continue;
      if (column.section !== section) list.append(make("h3", "wb-heading", column.section));
      section = column.section;
      const line = make("label", "wb-results-choice");
      const box = make("input");
      box.type = "checkbox";
      box.value = column.key;
      box.checked = chosen.has(column.key);
      box.addEventListener("change", choose);
      line.append(box, make("span", "", column.label));
      list.append(line);
      if (column.key === focused) box.focus({ preventScroll: true });
    }
  };
  search.addEventListener("input", draw);
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    toggle();
    opener.focus();
  });
  const head = make("div", "wb-results-columns-head");
  head.append(search, usual);
  panel.append(head, list);
  return { opener, panel, draw };
}

// What is selected lives in the model, so that it outlasts the page and every view of it.
function selection(model, onChange) {
  const ids = () => new Set(model.get("selected"));
  const put = (set) => {
    model.set("selected", [...set]);
    model.save_changes();
    onChange();
  };
  return {
    ids,
    put,
    toggle(id) {
      const set = ids();
      if (!set.delete(id)) set.add(id);
      put(set);
    },
    add(more) {
      const set = ids();
      for (const id of more) set.add(id);
      put(set);
    },
  };
}

const DEEDS = [
  // label, event, fewest, most, title
  ["Compare", "compare", 2, Infinity, "Their curves in one figure, and where their configurations differ"],
  ["Clone", "clone", 1, 1, "The form for a new run, filled as for this one"],
  ["Notes", "notes", 1, 1, "What you want to remember of this run"],
  ["Group", "group", 1, Infinity, "Put them under a heading"],
  ["Measure latency", "latency", 1, Infinity, "How long each network takes for one image on this machine"],
  ["Stop", "stop", 1, Infinity, "Stop those that run; they can be resumed"],
  ["Delete", "delete", 1, Infinity, "Delete them with their checkpoints"],
];

function selectionBar(model, picked) {
  const bar = make("div", "wb-results-bar");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "What is selected");
  const told = make("span", "wb-strong");
  told.setAttribute("role", "status");
  const runs = () => model.get("data").rows.filter((row) => row.id);
  const page = action("Select page", () => picked.add(runs().map((row) => row.id)), "Select every run of this page", "wb-link");
  const all = action("", () => model.send({ event: "select_all" }), "Select every run that fits the filter", "wb-link");
  const clear = action("Clear", () => picked.put(new Set()), "Select nothing", "wb-link");
  const deeds = DEEDS.map(([label, event, least, most, title]) => {
    const node = action(label, () => model.send({ event }), title, event === "delete" ? "wb-danger" : `wb-do-${event}`);
    return { node, least, most };
  });
  bar.append(told, page, all, clear, ...deeds.map((deed) => deed.node));
  return {
    bar,
    deed: (event) => deeds[DEEDS.findIndex((deed) => deed[1] === event)].node.click(),
    update() {
      const data = model.get("data");
      const number = picked.ids().size;
      told.textContent = number ? `${count(number)} selected` : "Select runs to compare or change them:";
      told.classList.toggle("wb-muted", !number);
      told.classList.toggle("wb-strong", number > 0);
      all.textContent = `Select all ${count(data.found)}`;
      all.hidden = data.found <= runs().length;
      page.hidden = !runs().length;
      clear.hidden = !number;
      for (const { node, least, most } of deeds) {
        node.hidden = !number;
        node.disabled = number < least || number > most;
      }
    },
  };
}

function pager(model) {
  const line = make("div", "wb-explore-pager");
  const go = (offset) => model.send({ event: "page", offset });
  let data = model.get("data");
  const last = () => Math.max(0, Math.floor((data.total - 1) / data.size) * data.size);
  const first = action("«", () => go(0), "First page");
  const earlier = action("◀", () => go(data.offset - data.size), "Earlier rows");
  const later = action("▶", () => go(data.offset + data.size), "Later rows");
  const end = action("»", () => go(last()), "Last page");
  const where = make("span", "wb-muted wb-where");
  where.setAttribute("role", "status");
  line.append(first, earlier, later, end, where);
  return {
    line,
    go,
    last,
    update(next) {
      data = next;
      for (const node of [first, earlier, later, end]) node.hidden = data.total <= data.size;
      first.disabled = earlier.disabled = data.offset <= 0;
      later.disabled = end.disabled = data.offset + data.size >= data.total;
      where.textContent = data.where;
    },
  };
}

function headOf(model, data) {
  const line = make("tr");
  data.columns.forEach((column) => {
    const sorted = data.sort === column.key;
    const cell = make("th", column.number ? "wb-number" : "");
    const arrow = sorted ? (data.descending ? " ▾" : " ▴") : "";
    cell.append(action(column.label + arrow, () => model.send({ event: "sort", key: column.key }), `Sort by ${column.label}`, "wb-link wb-th"));
    cell.setAttribute("aria-sort", sorted ? (data.descending ? "descending" : "ascending") : "none");
    line.append(cell);
  });
  const head = make("thead");
  head.append(line);
  return head;
}

function headingOf(model, row, columns) {
  const line = make("tr", "wb-results-heading");
  line.tabIndex = -1;
  line.setAttribute("aria-expanded", String(!row.folded));
  const cell = make("td");
  cell.colSpan = columns;
  cell.append(make("span", "wb-results-fold", row.folded ? "▸" : "▾"), make("span", "wb-strong", row.title), make("span", "wb-muted", ` ${row.text}`));
  if (row.sweep) cell.append(" ", action("Open the sweep", () => model.send({ event: "open_sweep", id: row.sweep }), `Open the sweep ${row.title}`, "wb-link wb-results-open-sweep"));
  line.append(cell);
  return line;
}

function rowOf(row, data) {
  const line = make("tr");
  line.tabIndex = -1;
  const sub = data.columns
    .map((column, i) => [column, row.cells[i]])
    .filter(([column, text]) => !["name", "status", data.figure].includes(column.key) && text !== "–" && text !== "")
    .map(([column, text]) => (["dataset", "network"].includes(column.key) ? text : `${column.label.toLowerCase()} ${text}`));
  data.columns.forEach((column, i) => {
    const cell = make("td", column.number ? "wb-number" : "");
    const text = row.cells[i];
    if (column.key === "name") {
      const check = make("span", "wb-results-check", "✓");
      check.setAttribute("aria-hidden", "true");
      check.title = "Select";
      const name = make("span", "wb-results-name");
      name.append(make("span", "wb-strong", text));
      if (row.best) {
        const mark = make("span", "wb-results-best", " ★");
        mark.title = row.best;
        mark.setAttribute("aria-label", row.best);
        mark.setAttribute("role", "img");
        name.append(mark);
      }
      const about = make("div", "wb-sub wb-muted", sub.join(" · "));
      about.title = sub.join("\n");
      name.append(about);
      const named = make("div", "wb-results-named");
      named.append(check, name);
      cell.append(named);
    } else if (column.key === "status") {
      cell.classList.add("wb-status");
      cell.append(make("span", `wb-pill wb-pill-${text}`, text));
    } else {
      cell.classList.add(column.key === data.figure ? "wb-results-figure" : "wb-wide");
      cell.textContent = text;
    }
    line.append(cell);
  });
  return line;
}

function render({ model, el }) {
  el.classList.add("wb-view", "wb-results");
  // A notebook's own keys (x cuts, d d deletes) act on its cells wherever in them the focus is,
  // except in what says so itself.
  el.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  const filter = filterBox(model);
  const chooser = columnChooser(model);
  const groups = make("label", "wb-switch-line wb-muted");
  const byGroup = make("input");
  byGroup.type = "checkbox";
  byGroup.addEventListener("change", () => model.send({ event: "grouped", on: byGroup.checked }));
  groups.append(byGroup, make("span", "", "by group"));
  const tools = make("div", "wb-results-tools");
  tools.append(filter.input, groups, chooser.opener);
  const message = make("div", "wb-results-message");
  const picked = selection(model, () => mark());
  const bar = selectionBar(model, picked);
  const place = make("div", "wb-results-place");
  const table = make("table", "wb-table wb-sortable");
  table.setAttribute("role", "grid");
  table.setAttribute("aria-multiselectable", "true");
  table.setAttribute("aria-label", "Runs");
  const body = make("tbody");
  const empty = make("p", "wb-muted wb-empty");
  const pages = pager(model);
  let here = 0;
  let anchor = 0;
  let arrive = null;  // where the focus goes when the next page is there

  const lines = () => [...body.children];
  const rowAt = (i) => model.get("data").rows[i];
  const focus = (i) => {
    const all = lines();
    if (!all.length) return;
    here = Math.min(Math.max(0, i), all.length - 1);
    all.forEach((line, n) => { line.tabIndex = n === here ? 0 : -1; });
    all[here].focus();
  };
  const mark = () => {
    const ids = picked.ids();
    lines().forEach((line, i) => {
      if (rowAt(i).id) line.setAttribute("aria-selected", String(ids.has(rowAt(i).id)));
    });
    bar.update();
  };
  const range = (from, to) => {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    picked.add(model.get("data").rows.slice(low, high + 1).map((row) => row.id).filter(Boolean));
  };
  const turn = (offset, to) => {
    const data = model.get("data");
    if (offset < 0 || offset >= data.total || offset === data.offset) return;
    arrive = to;
    pages.go(offset);
  };
  const move = (to, extend) => {
    const data = model.get("data");
    if (to < 0) turn(data.offset - data.size, data.size);
    else if (to >= data.rows.length) turn(data.offset + data.size, 0);
    else {
      if (extend) range(here, to);
      focus(to);
      anchor = to;
    }
  };
  const open = (row) => {
    if (row.id) model.send({ event: "open", id: row.id });
    else model.send({ event: "fold", group: row.group });
  };
  const toggle = (row) => {
    if (row.id) picked.toggle(row.id);
    else open(row);
  };
  body.addEventListener("keydown", (event) => {
    if (event.target.closest("button")) return;  // its own keys
    const data = model.get("data");
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "ArrowDown") move(here + 1, event.shiftKey);
    else if (event.key === "ArrowUp") move(here - 1, event.shiftKey);
    else if (event.key === "PageDown") turn(data.offset + data.size, here);
    else if (event.key === "PageUp") turn(data.offset - data.size, here);
    else if (event.key === "Home") command ? turn(0, 0) : focus(0);
    else if (event.key === "End") command ? turn(pages.last(), data.size) : focus(data.rows.length - 1);
    else if (event.key === " ") toggle(rowAt(here));
    else if (event.key === "Enter") open(rowAt(here));
    else if (event.key === "Delete" && picked.ids().size) bar.deed("delete");
    else if (event.key === "Escape" && picked.ids().size) picked.put(new Set());
    else if (command && event.key === "a") range(0, data.rows.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  body.addEventListener("mousedown", (event) => {
    if (event.shiftKey) event.preventDefault();  // no text is to be marked
  });
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr");
    if (!line) return;
    const i = lines().indexOf(line);
    const row = rowAt(i);
    focus(i);
    if (event.shiftKey) range(anchor, i);
    else {
      anchor = i;
      if (event.ctrlKey || event.metaKey || event.target.closest(".wb-results-check")) toggle(row);
      else open(row);
    }
  });

  const draw = () => {
    const data = model.get("data");
    const had = body.contains(document.activeElement);
    if (document.activeElement !== filter.input) filter.input.value = data.filter;
    byGroup.checked = data.grouped;
    groups.hidden = !data.groups;
    message.textContent = data.message;
    message.className = `wb-results-message wb-muted ${data.wrong ? "wb-results-wrong" : ""}`;
    message.hidden = !data.message;
    const focusedHead = [...table.querySelectorAll("th button")].indexOf(document.activeElement);
    table.replaceChildren(headOf(model, data), body);
    if (focusedHead >= 0) table.querySelectorAll("th button")[focusedHead]?.focus({ preventScroll: true });
    body.replaceChildren(...data.rows.map((row) => (row.id ? rowOf(row, data) : headingOf(model, row, data.columns.length))));
    table.hidden = bar.bar.hidden = !data.rows.length;
    tools.hidden = !data.all;
    empty.textContent = data.empty;
    empty.hidden = !data.empty;
    pages.update(data);
    chooser.draw();
    here = Math.min(arrive ?? here, Math.max(0, data.rows.length - 1));
    if (lines()[here]) lines()[here].tabIndex = 0;
    if (had || arrive !== null) focus(here);
    arrive = null;
    mark();
  };
  place.append(table);
  el.append(tools, chooser.panel, message, bar.bar, place, empty, pages.line);
  draw();
  model.on("change:data", draw);
  model.on("change:options", chooser.draw);
  model.on("change:selected", mark);
  return () => {
    model.off("change:data", draw);
    model.off("change:options", chooser.draw);
    model.off("change:selected", mark);
    filter.stop();
  };
}

export default { render };
