// The images of a dataset, page by page: found, looked at, selected. chooser.js and zoom.js stand
// before this text in the same module. Text from data only ever becomes text.
function action(label, onClick, title, className) {
  const node = make("button", `wb-button ${className || ""}`, label);
  node.type = "button";
  node.title = title || label;
  // A sign has its title for a name; what has words is called by them.
  if (title && !/[a-z]/i.test(label)) node.setAttribute("aria-label", title);
  node.addEventListener("click", onClick);
  return node;
}

const asBytes = (view) => new Uint8Array(view.buffer || view, view.byteOffset || 0, view.byteLength);

function paint(bytes, offset, width, height, channels) {
  const node = make("canvas", "wb-pixels");
  node.width = width;
  node.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = bytes[offset + channels * i + (channels < 3 ? 0 : c)];
    image.data[4 * i + 3] = 255;
  }
  node.getContext("2d").putImageData(image, 0, 0);
  return node;
}

function named(label, control) {
  const box = make("label", "wb-explore-field");
  box.append(make("span", "wb-muted", label), control);
  return box;
}

function selectOf(label, options, onChange) {
  const node = make("select");
  node.setAttribute("aria-label", label);
  for (const [value, text] of options) {
    const option = make("option", "", text);
    option.value = value;
    node.append(option);
  }
  node.addEventListener("change", () => onChange(node.value));
  return node;
}

const WAIT_MS = 250;

function toolbar(model) {
  const bar = make("div", "wb-explore-tools");
  const { splits, labels, sorts } = model.get("options");
  let query = model.get("data").query;
  let timer = null;
  const ask = (change) => {
    query = { ...query, ...change };
    model.send({ event: "query", ...query });
  };
  const split = selectOf("Split", splits, (value) => ask({ split: value || null }));
  const label = chooser({
    label: "Class", placeholder: "all classes", empty: "all classes", names: () => labels,
    onPick: (choice) => ask({ label: choice.index < 0 ? null : choice.index }),
  });
  const text = make("input");
  text.type = "search";
  text.placeholder = "part of the path";
  text.setAttribute("aria-label", "Text in the path");
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask({ text: text.value }), WAIT_MS);
  });
  const sort = selectOf("Order", sorts, (value) => ask({ sort: value }));
  const turn = action("↓", () => ask({ descending: !query.descending }), "Turn the order round", "wb-turn");
  const order = make("div", "wb-order");
  order.append(sort, turn);
  bar.append(named("Split", split), named("Class", label.root), named("Path", text), named("Order", order));
  return {
    bar,
    update(data) {
      query = data.query;
      split.value = query.split || "";
      label.set(query.label === null || query.label === undefined ? -1 : query.label);
      if (document.activeElement !== text) text.value = query.text;
      sort.value = query.sort;
      turn.textContent = query.descending ? "↑" : "↓";
      turn.setAttribute("aria-pressed", String(query.descending));
    },
    stop: () => clearTimeout(timer),
  };
}

function pager(model) {
  const line = make("div", "wb-explore-pager");
  const go = (offset) => model.send({ event: "page", offset });
  let data = model.get("data");
  const last = () => Math.max(0, Math.floor((data.total - 1) / data.size) * data.size);
  const first = action("«", () => go(0), "First page");
  const earlier = action("◀", () => go(data.offset - data.size), "Earlier images");
  const later = action("▶", () => go(data.offset + data.size), "Later images");
  const end = action("»", () => go(last()), "Last page");
  const where = make("span", "wb-muted wb-where");
  where.setAttribute("role", "status");
  const sizes = model.get("options").sizes.map((size) => [String(size), `${size} a page`]);
  const size = selectOf("Images a page", sizes, (value) => model.send({ event: "size", size: Number(value) }));
  line.append(first, earlier, later, end, where, size);
  return {
    line,
    go,
    last,
    update(next) {
      data = next;
      first.disabled = earlier.disabled = data.offset <= 0;
      later.disabled = end.disabled = data.offset + data.size >= data.total;
      const to = data.offset + data.items.length;
      where.textContent = data.total ? `${count(data.offset + 1)}–${count(to)} of ${count(data.total)}` : "no images";
      size.value = String(data.size);
    },
  };
}

// What is selected lives in the model, so that it outlasts the page and every view of it.
function selection(model, onChange) {
  const rows = () => new Set(model.get("selected"));
  const put = (set) => {
    model.set("selected", [...set]);
    model.save_changes();
    onChange();
  };
  return {
    has: (row) => model.get("selected").includes(row),
    rows,
    put,
    toggle(row) {
      const set = rows();
      if (!set.delete(row)) set.add(row);
      put(set);
    },
    add(more) {
      const set = rows();
      for (const row of more) set.add(row);
      put(set);
    },
  };
}

function selectionBar(model, picked) {
  const bar = make("div", "wb-explore-bar");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "What is selected");
  const told = make("span", "wb-strong");
  told.setAttribute("role", "status");
  const page = action("Select page", () => picked.add(model.get("data").items.map((item) => item.row)), "Select every image of this page", "wb-link");
  const all = action("", () => model.send({ event: "select_all" }), "", "wb-link");
  const repeats = action("Select repeats", () => model.send({ event: "select_repeats" }), "Select all but the first image of each set", "wb-link");
  const clear = action("Clear", () => picked.put(new Set()), "Select nothing", "wb-link");
  const edit = (values) => {
    model.send({ event: "edit", rows: [...picked.rows()], ...values });
    picked.put(new Set());
  };
  const exclude = action("Exclude", () => edit({ kind: "exclude" }), "Leave them out of the next version", "wb-exclude");
  const relabel = chooser({
    label: "Relabel as", placeholder: "Relabel as …", free: true, names: () => model.get("options").names,
    onPick: (choice) => {
      if (choice.name && picked.rows().size) edit({ kind: "relabel", name: choice.name });
      relabel.clear();
    },
  });
  relabel.root.classList.add("wb-relabel");
  bar.append(told, page, all, repeats, clear, exclude, relabel.root);
  return {
    bar,
    exclude: () => exclude.click(),
    update() {
      const data = model.get("data");
      const number = picked.rows().size;
      told.textContent = `${count(number)} selected`;
      all.textContent = `Select all ${count(data.total)}`;
      all.hidden = data.total <= data.items.length || data.total > data.most;
      repeats.hidden = !(data.finding && data.finding.sets);
      page.disabled = !data.items.length;
      for (const node of [exclude, clear, relabel.input]) node.disabled = !number;
    },
  };
}

function cellOf(model, item, i, data, bytes) {
  const cell = make("div", "wb-thumb");
  cell.tabIndex = -1;
  cell.setAttribute("role", "option");
  cell.title = item.title;
  cell.setAttribute("aria-label", item.title);
  if (item.set !== undefined) cell.classList.add(item.set % 2 ? "wb-set-odd" : "wb-set-even");
  const size = data.width * data.height * data.channels;
  if (bytes && bytes.byteLength >= size * data.items.length) {
    const picture = paint(bytes, i * size, data.width, data.height, data.channels);
    picture.classList.toggle("wb-smooth", data.smooth);
    cell.append(picture);
  }
  const check = make("span", "wb-check", "✓");
  check.setAttribute("aria-hidden", "true");
  cell.append(check);
  if (item.mark) cell.append(make("span", "wb-mark", item.mark));
  return cell;
}

function render({ model, el }) {
  el.classList.add("wb-view", "wb-explorer");
  // A notebook's own keys (x cuts, d d deletes) act on its cells wherever in them the focus is,
  // except in what says so itself.
  el.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  const grid = make("div", "wb-sheet wb-explore-sheet");
  grid.setAttribute("role", "listbox");
  grid.setAttribute("aria-multiselectable", "true");
  grid.setAttribute("aria-label", "Images");
  const finding = make("div", "wb-explore-finding");
  const picked = selection(model, () => mark());
  const tools = toolbar(model);
  const pages = pager(model);
  const bar = selectionBar(model, picked);
  const looker = zoom(model, {
    onSelect: picked.toggle,
    isSelected: picked.has,
    onClose: (at) => focus(at - model.get("data").offset),
  });
  let here = 0;
  let anchor = 0;
  let found = null;  // the finding that is shown
  let arrive = null;  // where the focus goes when the next page is there

  const cells = () => [...grid.children];
  const rowAt = (i) => model.get("data").items[i].row;
  const focus = (i) => {
    const all = cells();
    if (!all.length) return;
    here = Math.min(Math.max(0, i), all.length - 1);
    all.forEach((cell, n) => { cell.tabIndex = n === here ? 0 : -1; });
    all[here].focus({ preventScroll: false });
  };
  const mark = () => {
    const rows = picked.rows();
    cells().forEach((cell, i) => cell.setAttribute("aria-selected", String(rows.has(rowAt(i)))));
    bar.update();
  };
  const range = (from, to) => {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    picked.add(model.get("data").items.slice(low, high + 1).map((item) => item.row));
  };
  const turn = (offset, place) => {
    const data = model.get("data");
    if (offset < 0 || offset >= data.total || offset === data.offset) return;
    arrive = place;
    grid.setAttribute("aria-busy", "true");
    pages.go(offset);
  };
  const move = (to, extend) => {
    const data = model.get("data");
    if (to < 0) turn(data.offset - data.size, data.size - 1);
    else if (to >= data.items.length) turn(data.offset + data.size, 0);
    else {
      if (extend) range(here, to);
      focus(to);
      anchor = to;
    }
  };
  const columns = () => {
    const all = cells();
    const below = all.findIndex((cell) => cell.offsetTop > all[0].offsetTop);
    return below < 0 ? all.length : below;
  };
  const onKey = (event) => {
    const data = model.get("data");
    const command = event.ctrlKey || event.metaKey;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() }[event.key];
    if (step) move(here + step, event.shiftKey);
    else if (event.key === "PageDown") turn(data.offset + data.size, here);
    else if (event.key === "PageUp") turn(data.offset - data.size, here);
    else if (event.key === "Home") command ? turn(0, 0) : focus(0);
    else if (event.key === "End") command ? turn(pages.last(), data.size) : focus(data.items.length - 1);
    else if (event.key === " ") picked.toggle(rowAt(here));
    else if (event.key === "Enter") looker.ask(data.offset + here);
    else if (event.key === "Delete") bar.exclude();
    else if (event.key === "Escape" && picked.rows().size) picked.put(new Set());
    else if (command && event.key === "a") range(0, data.items.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  grid.addEventListener("keydown", onKey);
  grid.addEventListener("mousedown", (event) => {
    if (event.shiftKey) event.preventDefault();  // no text is to be marked
  });
  grid.addEventListener("click", (event) => {
    const cell = event.target.closest(".wb-thumb");
    if (!cell) return;
    const i = cells().indexOf(cell);
    const toggles = event.ctrlKey || event.metaKey || event.target.closest(".wb-check");
    if (event.shiftKey) range(anchor, i);
    else if (toggles) picked.toggle(rowAt(i));
    focus(i);
    if (!event.shiftKey) anchor = i;
    if (!toggles && !event.shiftKey) looker.ask(model.get("data").offset + i);
  });

  const draw = () => {
    const data = model.get("data");
    const blob = model.get("blob");
    const bytes = blob && blob.byteLength ? asBytes(blob) : null;
    const had = grid.contains(document.activeElement);
    tools.update(data);
    pages.update(data);
    finding.replaceChildren();
    if (data.finding) {
      finding.append(make("span", "", `Only: ${data.finding.title}`), action("Show all images", () => model.send({ event: "everything" }), "", "wb-link"));
    }
    grid.style.setProperty("--cell", `${data.cell}px`);
    grid.replaceChildren(...data.items.map((item, i) => cellOf(model, item, i, data, bytes)));
    if (!data.items.length) grid.append(make("p", "wb-muted wb-empty", "No image fits. Change the split, class or text above."));
    grid.removeAttribute("aria-busy");
    if (data.items.length) {
      const place = Math.min(arrive ?? here, data.items.length - 1);
      cells()[place].tabIndex = 0;
      here = place;
      if (had || arrive !== null) focus(place);
    }
    arrive = null;
    const title = data.finding ? data.finding.title : null;
    if (title && title !== found) finding.scrollIntoView({ block: "start" });
    found = title;
    if (data.items.length) mark();
    else bar.update();
  };
  el.append(tools.bar, finding, grid, pages.line, bar.bar, looker.dialog);
  draw();
  const redraw = () => draw();
  const remark = () => model.get("data").items.length && mark();
  model.on("change:data", redraw);
  model.on("change:selected", remark);
  return () => {
    model.off("change:data", redraw);
    model.off("change:selected", remark);
    tools.stop();
    looker.stop();
  };
}

export default { render };
