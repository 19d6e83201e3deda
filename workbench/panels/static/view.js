// Draws what the kernel describes: tables, bars, pictures. Text from data only ever becomes text.

function button(label, className, onClick, title) {
  const node = make("button", `wb-button ${className || ""}`, label);
  node.type = "button";
  if (title) node.title = title;
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    onClick(event);
  });
  return node;
}

const pill = (status, text) => make("span", `wb-pill wb-pill-${status}`, text || status);

function bar(fraction, label) {
  const track = make("div", "wb-progress wb-track");
  track.setAttribute("role", "progressbar");
  track.setAttribute("aria-valuemin", "0");
  track.setAttribute("aria-valuemax", "100");
  track.setAttribute("aria-label", label || "progress");
  const fill = make("div", "wb-fill");
  // Of what cannot be counted only that it goes on is shown.
  if (fraction === null) track.classList.add("wb-endless");
  else {
    track.setAttribute("aria-valuenow", String(Math.round(100 * fraction)));
    fill.style.setProperty("--share", `${(100 * fraction).toFixed(2)}%`);
  }
  track.append(fill);
  return track;
}

const SVG = "http://www.w3.org/2000/svg";
function svg(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function sparkline(values) {
  const picture = svg("svg", { viewBox: "0 0 80 20", class: "wb-sparkline", role: "img" });
  picture.setAttribute("aria-label", "training loss so far");
  if (values.length > 1) {
    const low = Math.min(...values);
    const span = Math.max(...values) - low || 1;
    const points = values.map(
      (value, i) => `${(80 * i) / (values.length - 1)},${19 - (18 * (value - low)) / span}`,
    );
    picture.append(svg("polyline", { points: points.join(" ") }));
  }
  return picture;
}

function histogram(counts) {
  const width = 100 / counts.length;
  const most = Math.max(...counts, 1);
  const picture = svg("svg", { viewBox: "0 0 100 32", class: "wb-histogram", preserveAspectRatio: "none" });
  counts.forEach((count, i) => {
    const height = (32 * count) / most;
    picture.append(svg("rect", { x: i * width, y: 32 - height, width: width * 0.85, height }));
  });
  return picture;
}

function canvas(bytes, offset, width, height, channels) {
  const node = make("canvas", "wb-pixels");
  node.width = width;
  node.height = height;
  const image = new ImageData(width, height);
  const source = new Uint8Array(bytes.buffer, bytes.byteOffset + offset, width * height * channels);
  for (let i = 0; i < width * height; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = source[channels * i + (channels < 3 ? 0 : c)];
    image.data[4 * i + 3] = channels === 4 ? source[4 * i + 3] : 255;
  }
  node.getContext("2d").putImageData(image, 0, 0);
  return node;
}

function clickable(node, onClick) {
  node.tabIndex = 0;
  node.addEventListener("click", onClick);
  node.addEventListener("keydown", (event) => {
    if (event.target === node && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      onClick(event);
    }
  });
}

// The value of a fact: text, or links to what it names.
function fact(value, model) {
  if (!Array.isArray(value)) return make("dd", "", value);
  const node = make("dd");
  value.forEach((link, i) => {
    if (i) node.append(", ");
    node.append(
      link.event
        ? button(link.text, "wb-link", () => model.send({ event: link.event, id: link.id }))
        : make("span", "", link.text),
    );
  });
  return node;
}

// Images of one class: its name, a bar of its splits, how many there are.
function countRow(row, splits, most) {
  const total = row.counts.reduce((sum, count) => sum + count, 0);
  const track = make("div", "wb-count-bar");
  row.counts.forEach((count, i) => {
    const part = make("div", `wb-split-${splits[i]}`);
    part.style.setProperty("--share", `${(100 * count) / most}%`);
    part.title = `${row.label} · ${splits[i]} · ${count.toLocaleString("en-US")} images`;
    track.append(part);
  });
  const name = make("span", "wb-count-label", row.label);
  name.title = row.label;
  return [name, track, make("span", "wb-number", total.toLocaleString("en-US"))];
}

const kinds = {
  note(data, el) {
    if (data.tip) requestAnimationFrame(() => el.closest(".wb-field")?.setAttribute("title", data.tip));
    if (!data.text) return;
    const box = make("div", `wb-note wb-note-${data.tone || "info"}`);
    if (data.tone === "error") {
      box.setAttribute("role", "alert");
      box.classList.add("wb-error");
    }
    box.append(make("span", "", data.text));
    // With the buttons below it, wherever on the page the person is.
    if (data.reveal) requestAnimationFrame(() => el.scrollIntoView({ block: "center" }));
    if (data.details) {
      const fold = make("details", "wb-details");
      fold.append(make("summary", "", "Details"), make("pre", "", data.details));
      box.append(fold);
    }
    el.append(box);
  },

  header(data, el) {
    const head = make("div", "wb-header");
    head.append(make("strong", "wb-brand", "workbench"));
    const chips = make("span", "wb-chips");
    for (const chip of data.chips || []) {
      const node = make("span", `wb-chip wb-chip-${chip.tone || "plain"}`, chip.text);
      node.title = chip.title || "";
      chips.append(node);
    }
    head.append(chips);
    el.append(head);
  },

  // A click is answered here and now; the kernel follows with the page.
  tabs(data, el, model) {
    const line = make("div", "wb-tabs");
    line.setAttribute("role", "tablist");
    const app = el.closest(".wb-app");
    if (app) app.classList.remove("wb-turning");
    const mark = (active) => {
      for (const tab of line.children) {
        tab.classList.toggle("wb-tab-active", tab.dataset.page === active);
        tab.setAttribute("aria-selected", String(tab.dataset.page === active));
      }
    };
    for (const name of data.tabs) {
      const page = name.toLowerCase();
      const tab = button(name, `wb-tab wb-tab-${page}`, () => {
        mark(page);
        el.closest(".wb-app").classList.add("wb-turning");
        model.send({ event: "open", name: page });
      });
      tab.dataset.page = page;
      tab.setAttribute("role", "tab");
      line.append(tab);
    }
    mark(data.active);
    el.append(line);
  },

  title(data, el) {
    const line = make("div", "wb-title");
    line.append(make("h2", "", data.text));
    if (data.status) line.append(pill(data.status, data.statusText));
    if (data.sub) line.append(make("span", "wb-muted", data.sub));
    el.append(line);
  },

  heading(data, el) {
    el.append(make("h3", "wb-heading", data.text));
    if (data.reveal) el.scrollIntoView({ block: "nearest" });
  },

  progress(data, el) {
    const known = data.fraction !== null && data.fraction !== undefined;
    if (!known && !data.endless) return;
    el.append(bar(known ? data.fraction : null, data.text));
    el.append(make("div", "wb-muted wb-progress-text", data.text));
  },

  jobs(data, el, model) {
    for (const job of data.jobs) {
      const card = make("div", "wb-card wb-job");
      const line = make("div", "wb-job-line");
      const words = make("div", "wb-job-words");
      const name = button(job.name, "wb-link wb-strong", () => model.send({ event: "open", id: job.id }));
      words.append(name, pill(job.status), make("span", "wb-muted", job.text));
      line.append(words);
      if (job.curve.length > 1) line.append(sparkline(job.curve));
      line.append(button("Stop", "wb-stop", () => model.send({ event: "stop", id: job.id }), "Stop; it can be resumed"));
      card.append(line, bar(job.fraction, `${job.name}: ${job.text}`));
      el.append(card);
    }
  },

  table(data, el, model) {
    if (data.heading) el.append(make("h3", "wb-heading", data.heading));
    if (!data.rows.length) {
      if (data.empty) el.append(make("p", "wb-muted wb-empty", data.empty));
      return;
    }
    const table = make("table", `wb-table ${data.subs ? "wb-subs" : ""} ${data.sortable ? "wb-sortable" : ""}`);
    const head = make("tr");
    data.columns.forEach((column, i) => {
      const cell = make("th", `${column.number ? "wb-number" : ""} ${column.wide ? "wb-wide" : ""}`);
      if (data.sortable) {
        const arrow = data.sort === i ? (data.descending ? " ▾" : " ▴") : "";
        cell.append(button(column.label + arrow, "wb-link wb-th", () => model.send({ event: "sort", column: i })));
        cell.setAttribute("aria-sort", data.sort === i ? (data.descending ? "descending" : "ascending") : "none");
      } else {
        cell.textContent = column.label;
      }
      head.append(cell);
    });
    if (data.actions) head.append(make("th", "wb-actions"));
    const top = make("thead");
    top.append(head);
    const body = make("tbody");
    for (const row of data.rows) {
      const line = make("tr", row.id === data.selected ? "wb-selected" : "");
      if (data.open) clickable(line, () => model.send({ event: "open", id: row.id }));
      row.cells.forEach((cell, i) => {
        const column = data.columns[i];
        const node = make("td", `${column.number ? "wb-number" : ""} ${column.wide ? "wb-wide" : ""}`);
        if (cell && cell.status) node.classList.add("wb-status");
        if (cell && cell.status) node.append(pill(cell.status, cell.text));
        else node.append(make("span", i === 0 ? "wb-strong" : "", cell));
        if (i === 0 && row.sub) node.append(make("div", "wb-sub wb-muted", row.sub));
        line.append(node);
      });
      if (data.actions) {
        const cell = make("td", "wb-actions");
        for (const action of row.actions || []) {
          const node = button(action.label, "wb-link wb-action", () => model.send({ event: action.event, id: row.id }), action.title);
          node.dataset.icon = action.icon;
          cell.append(node);
        }
        line.append(cell);
      }
      body.append(line);
    }
    table.append(top, body);
    el.append(table);
  },

  figures(data, el) {
    const line = make("div", "wb-figures");
    for (const figure of data.figures) {
      const box = make("div", "wb-figure");
      box.append(make("div", "wb-figure-value", figure.value), make("div", "wb-muted", figure.label));
      line.append(box);
    }
    el.append(line);
  },

  facts(data, el, model) {
    const card = make("div", "wb-card");
    if (data.title) card.append(make("h3", "wb-heading", data.title));
    const list = make("dl", "wb-facts");
    for (const [name, value] of data.facts) list.append(make("dt", "", name), fact(value, model));
    card.append(list);
    el.append(card);
  },

  findings(data, el, model) {
    const card = make("section", "wb-card wb-findings");
    card.append(make("h3", "wb-heading", "Verification report"));
    if (data.checking) card.append(make("p", "wb-muted wb-empty", "Looking through the images …"));
    else if (!data.findings.length && !data.failed) card.append(make("p", "wb-finding-none", "✓ Nothing odd was found."));
    for (const finding of data.findings) {
      const row = make("div", `wb-finding wb-finding-${finding.tone}`);
      const [sign, word] = { error: ["✕", "error"], warning: ["!", "warning"], info: ["i", "note"] }[finding.tone];
      const mark = make("span", "wb-finding-mark", sign);
      mark.setAttribute("aria-hidden", "true");
      const words = make("div", "wb-finding-words");
      words.append(make("span", "wb-finding-tone", word), make("span", "wb-strong", finding.text));
      if (finding.advice) words.append(make("div", "wb-muted", finding.advice));
      row.append(mark, words);
      if (finding.images) row.append(button("Show images", "wb-link wb-look", () => model.send({ event: "look", key: finding.key }), `Show images: ${finding.text}`));
      if (finding.lines.length) {
        const fold = make("details", "wb-fold wb-finding-lines");
        fold.append(make("summary", "wb-muted", "Which"));
        const list = make("ul", "wb-lines");
        for (const line of finding.lines) {
          const item = make("li");
          item.append(make("span", "wb-strong", line[0]), make("span", "wb-muted", ` ${line[1] || ""}`));
          list.append(item);
        }
        fold.append(list);
        row.append(fold);
      }
      card.append(row);
    }
    el.append(card);
  },

  sizes(data, el) {
    if (!data.charts.length) return;
    const card = make("div", "wb-card");
    card.append(make("h3", "wb-heading", data.title));
    for (const chart of data.charts) {
      const box = make("figure", "wb-size-chart");
      const most = Math.max(...chart.counts);
      const picture = histogram(chart.counts);
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `${chart.label}: ${chart.low} to ${chart.high}, at most ${most.toLocaleString("en-US")} images a bar`);
      const ends = make("figcaption", "wb-size-ends wb-muted");
      ends.append(make("span", "", chart.low), make("span", "", chart.label), make("span", "", chart.high));
      box.append(picture, ends);
      card.append(box);
    }
    el.append(card);
  },

  lines(data, el) {
    if (!data.lines.length) return;
    const fold = make("details", "wb-card wb-fold");
    fold.open = Boolean(data.open);
    fold.append(make("summary", "wb-heading", data.title));
    const list = make("ul", "wb-lines");
    for (const line of data.lines) {
      const item = make("li");
      item.append(make("span", "wb-strong", line[0]), make("span", "wb-muted", ` ${line[1] || ""}`));
      list.append(item);
    }
    fold.append(list);
    el.append(fold);
  },

  text(data, el) {
    if (!data.text) return;
    const fold = make("details", "wb-card wb-fold");
    fold.append(make("summary", "wb-heading", data.title), make("pre", "wb-log", data.text));
    el.append(fold);
  },

  counts(data, el) {
    const MOST_ROWS = 1000;
    const card = make("div", "wb-card");
    const total = (row) => row.counts.reduce((sum, count) => sum + count, 0);
    const most = Math.max(1, ...data.rows.map(total));
    const head = make("div", "wb-head-line");
    head.append(make("h3", "wb-heading", "Images per class"));
    const chart = make("div", "wb-counts");
    chart.tabIndex = 0;
    chart.setAttribute("role", "group");
    chart.setAttribute("aria-label", "Images per class");
    const fill = (sorted) => {
      const rows = sorted ? [...data.rows].sort((a, b) => total(b) - total(a)) : data.rows;
      chart.replaceChildren(...rows.slice(0, MOST_ROWS).flatMap((row) => countRow(row, data.splits, most)));
      if (rows.length > MOST_ROWS) {
        chart.append(make("span", "wb-muted wb-counts-more", `and ${(rows.length - MOST_ROWS).toLocaleString("en-US")} more classes`));
      }
    };
    if (data.rows.length > 2) {
      const line = make("label", "wb-switch-line wb-muted");
      const box = make("input");
      box.type = "checkbox";
      box.addEventListener("change", () => fill(box.checked));
      line.append(box, make("span", "", "sorted"));
      head.append(line);
    }
    fill(false);
    const legend = make("div", "wb-legend wb-muted");
    for (const split of data.splits) legend.append(make("span", `wb-key wb-key-${split}`, split));
    card.append(head, chart, legend);
    el.append(card);
  },

  picture(data, el, model) {
    const bytes = model.get("blob");
    if (!bytes || !bytes.byteLength) return;
    const box = make("figure", "wb-picture");
    const node = canvas(bytes, 0, data.width, data.height, data.channels);
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", data.label || "image");
    box.append(node);
    if (data.label) box.append(make("figcaption", "wb-muted", data.label));
    el.append(box);
  },

  sheet(data, el, model) {
    const bytes = model.get("blob");
    const grid = make("div", `wb-sheet ${data.className || ""}`);
    grid.style.setProperty("--cell", `${data.cell || 40}px`);
    const size = data.width * data.height * data.channels;
    if (bytes && bytes.byteLength >= size * data.items.length) {
      data.items.forEach((item, i) => {
        const cell = make("button", "wb-thumb");
        cell.type = "button";
        cell.title = item.title;
        cell.setAttribute("aria-label", item.title);
        cell.append(canvas(bytes, i * size, data.width, data.height, data.channels));
        cell.addEventListener("click", () => model.send({ event: "pick", index: item.index }));
        grid.append(cell);
      });
    }
    grid.addEventListener("keydown", (event) => {
      const by = { PageDown: 1, PageUp: -1 }[event.key];
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (by) model.send({ event: "page", by });
      if (step) {
        const cells = [...grid.children];
        const next = cells.indexOf(document.activeElement) + step;
        if (cells[next]) cells[next].focus();
        else model.send({ event: "page", by: step });
      }
      if (by || step) event.preventDefault();
    });
    el.append(grid);
  },

  // Folds and unfolds what stands below it; nobody else needs to know.
  more(data, el, model) {
    const node = button(data.title, "wb-more-button", () => {
      const open = el.closest(".wb-more").classList.toggle("wb-unfolded");
      node.setAttribute("aria-expanded", String(open));
      // What is folded may be made only now.
      if (open && data.told) model.send({ event: "open" });
    });
    if (data.note) node.append(make("span", "wb-more-note", data.note));
    node.setAttribute("aria-expanded", String(Boolean(el.closest(".wb-more")?.classList.contains("wb-unfolded"))));
    el.append(node);
  },

  // One of a few kinds; a click is answered here and now, the kernel follows with the fields.
  kinds(data, el, model) {
    const group = make("div", "wb-kinds");
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-label", data.label || "Images come from");
    const mark = (active) => {
      for (const node of group.children) {
        const on = node.dataset.kind === active;
        node.classList.toggle("wb-chosen", on);
        node.setAttribute("aria-checked", String(on));
        node.tabIndex = on ? 0 : -1;
      }
    };
    const choose = (node) => {
      mark(node.dataset.kind);
      node.focus();
      model.send({ event: "choose", kind: node.dataset.kind });
    };
    for (const [title, key] of data.kinds) {
      const node = button(title, `wb-kind wb-source-${key}`, () => choose(node));
      node.dataset.kind = key;
      node.setAttribute("role", "radio");
      group.append(node);
    }
    group.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const nodes = [...group.children];
      choose(nodes[(nodes.indexOf(document.activeElement) + by + nodes.length) % nodes.length]);
    });
    mark(data.active);
    el.append(make("div", "wb-label", data.label || "Images come from"), group);
  },

  // The same image in the four ways of resizing; a click takes one.
  modes(data, el, model) {
    if (!data.modes.length && !data.text) return;
    const card = make("div", "wb-card");
    card.append(make("h3", "wb-heading", "Resize, on an example"));
    if (data.modes.length) {
      const [height, width, channels] = data.shown;
      const bytes = model.get("blob");
      const line = make("div", "wb-modes");
      data.modes.forEach(([label, mode], i) => {
        const node = make("button", `wb-mode ${mode === data.chosen ? "wb-chosen" : ""}`);
        node.type = "button";
        node.setAttribute("aria-pressed", String(mode === data.chosen));
        const size = height * width * channels;
        if (bytes && bytes.byteLength >= size * data.modes.length) node.append(canvas(bytes, i * size, width, height, channels));
        node.append(make("span", "", label));
        node.addEventListener("click", () => model.send({ event: "pick", mode }));
        line.append(node);
      });
      card.append(line);
    }
    card.append(make("div", "wb-muted", data.text));
    el.append(card);
  },

  upload(data, el, model) {
    const box = make("label", "wb-upload");
    const input = make("input");
    input.type = "file";
    input.accept = data.accept;
    const pick = button(data.label, "", () => input.click(), data.title);
    const take = async (file) => {
      if (!file) return;
      if (file.size > data.most) return model.send({ event: "refused", name: file.name, size: file.size });
      model.send({ event: "upload", name: file.name }, undefined, [await file.arrayBuffer()]);
    };
    input.addEventListener("change", () => {
      take(input.files[0]);
      input.value = "";
    });
    box.addEventListener("dragover", (event) => event.preventDefault());
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      take(event.dataTransfer.files[0]);
    });
    box.append(input, pick);
    el.append(box);
  },

  bars(data, el) {
    const list = make("div", "wb-bars");
    for (const row of data.rows) {
      list.append(make("span", "wb-bar-label", row.label), bar(row.share, row.label), make("span", "wb-number", row.text));
    }
    el.append(list);
    if (data.caption) el.append(make("div", "wb-muted", data.caption));
  },

  layers(data, el, model) {
    const bytes = model.get("blob");
    const dialog = make("dialog", "wb-dialog");
    for (const layer of data.layers) {
      const row = make("div", "wb-layer");
      const words = make("div", "wb-layer-words");
      words.append(make("strong", "", layer.title), make("div", "wb-muted", layer.shape));
      if (layer.parameters) words.append(make("div", "wb-muted", layer.parameters));
      const picture = canvas(bytes, layer.offset, layer.width, layer.height, 4);
      picture.classList.add("wb-tiles");
      const scale = Math.max(1, Math.min(8, Math.floor(420 / layer.width), Math.floor(112 / layer.height)));
      picture.style.setProperty("--width", `${layer.width * scale}px`);
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `${layer.title}, ${layer.shown}`);
      picture.title = `${layer.shown}; click to enlarge`;
      clickable(picture, (event) => enlarge(dialog, picture, layer, event, model));
      const middle = make("div", "wb-layer-picture");
      middle.append(picture);
      if (layer.note) middle.append(make("div", "wb-muted", layer.note));
      const figures = make("div", "wb-layer-figures");
      figures.append(histogram(layer.histogram), make("div", "wb-muted", layer.figures));
      row.append(words, middle, figures);
      el.append(row);
    }
    dialog.addEventListener("click", () => dialog.close());
    el.append(dialog);
  },

  code(data, el) {
    const card = make("div", "wb-card wb-code");
    const line = make("div", "wb-code-head");
    line.append(make("h3", "wb-heading", "As code"));
    const text = make("pre", "", data.code);
    const copy = button("Copy", "wb-link wb-copy", async () => {
      copy.textContent = (await copied(data.code)) ? "Copied" : selected(text);
    });
    line.append(copy);
    if (document.body.dataset.workbench === "lab") {
      line.append(
        button("Insert cell", "wb-link wb-insert", () =>
          window.dispatchEvent(new CustomEvent("workbench:insert-cell", { detail: { code: data.code } })),
        ),
      );
    }
    card.append(line, text);
    el.append(card);
  },
};

// Browsers give the clipboard only to pages of this machine or over https.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function selected(node) {
  getSelection().selectAllChildren(node);
  return "Selected: press Ctrl+C";
}

// One tile, enlarged, with its place among the tiles; the kernel is asked for its numbers.
function enlarge(dialog, picture, layer, event, model) {
  const box = picture.getBoundingClientRect();
  const x = ((event.clientX || box.left) - box.left) / box.width;
  const y = ((event.clientY || box.top) - box.top) / box.height;
  const [height, width] = layer.tile;
  const column = Math.min(layer.columns - 1, Math.max(0, Math.floor(x * layer.columns)));
  const row = Math.min(layer.rows - 1, Math.max(0, Math.floor(y * layer.rows)));
  const number = row * layer.columns + column;
  if (number >= layer.count) return;
  const single = height === 1 && width === 1;
  const gap = single ? 0 : 1;
  const cut = make("canvas", "wb-pixels");
  cut.width = single ? layer.width : width;
  cut.height = single ? layer.height : height;
  const left = single ? 0 : column * (width + gap);
  const top = single ? 0 : row * (height + gap);
  cut.getContext("2d").drawImage(picture, left, top, cut.width, cut.height, 0, 0, cut.width, cut.height);
  const caption = make("p", "wb-muted wb-tile-numbers", "…");
  dialog.replaceChildren(make("strong", "", `${layer.title} · ${layer.what} ${number + 1}`), cut, caption);
  const onNumbers = (message) => {
    if (message && message.tile === `${layer.title}/${number}`) {
      caption.textContent = message.text;
      model.off("msg:custom", onNumbers);
    }
  };
  model.on("msg:custom", onNumbers);
  dialog.addEventListener("close", () => model.off("msg:custom", onNumbers), { once: true });
  model.send({ event: "tile", layer: layer.title, number });
  dialog.showModal();
}

function render({ model, el }) {
  el.classList.add("wb-view");
  let drawn = null;
  const draw = () => {
    const data = model.get("data");
    const text = JSON.stringify(data);
    if (text === drawn && !model.get("blob")) return;
    drawn = text;
    const focused = el.contains(document.activeElement) ? document.activeElement : null;
    const place = focused ? [...el.querySelectorAll("button,[tabindex]")].indexOf(focused) : -1;
    const open = [...el.querySelectorAll("details")].map((fold) => fold.open);
    el.replaceChildren();
    kinds[model.get("kind")](data, el, model);
    el.querySelectorAll("details").forEach((fold, i) => {
      if (open[i] !== undefined) fold.open = open[i];
    });
    if (place >= 0) el.querySelectorAll("button,[tabindex]")[place]?.focus({ preventScroll: true });
  };
  model.on("change:data", draw);
  draw();
  // A new page begins at its title, also where the one before was scrolled down.
  if (model.get("kind") === "title") requestAnimationFrame(() => el.scrollIntoView({ block: "nearest" }));
  return () => model.off("change:data", draw);
}

export default { render };
