// Draws what the form of a run leads to. Text from data only ever becomes text.
const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

const short = (number) => (number === 0 ? "0" : String(Number(number.toPrecision(3))));

// A line over an axis from `low` to `high`; the vertical axis ends at round places.
const WIDEST = 560;
const HEIGHT = 150;
const EDGE = { left: 56, right: 12, top: 10, bottom: 24 };

// As wide as its place, so that its words keep their size.
function plot({ points, low, high, logarithmic, label, ends, mark, room }) {
  const WIDTH = Math.min(WIDEST, Math.max(180, room - 26));
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, class: "wb-line-plot", role: "img", "aria-label": label });
  const values = points.map((point) => point[1]).filter(Number.isFinite);
  const most = Math.max(...values);
  const least = logarithmic ? Math.min(...values) : Math.min(0, ...values);
  const along = (x) => {
    const [a, b, c] = logarithmic ? [Math.log(x), Math.log(low), Math.log(high)] : [x, low, high];
    return EDGE.left + ((WIDTH - EDGE.left - EDGE.right) * (a - b)) / (c - b || 1);
  };
  const up = (y) => HEIGHT - EDGE.bottom - ((HEIGHT - EDGE.top - EDGE.bottom) * (y - least)) / (most - least || 1);
  for (const value of [least, most]) {
    picture.append(
      svg("line", { class: "wb-grid", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: up(value), y2: up(value) }),
      svg("text", { x: EDGE.left - 6, y: up(value) + 4, "text-anchor": "end" }, short(value)),
    );
  }
  const line = points.filter((point) => Number.isFinite(point[1])).map(([x, y]) => `${along(x).toFixed(1)},${up(y).toFixed(1)}`);
  picture.append(svg("polyline", { points: line.join(" ") }));
  if (mark) {
    const x = along(mark);
    picture.append(svg("line", { class: "wb-line-mark", x1: x, x2: x, y1: EDGE.top, y2: HEIGHT - EDGE.bottom }));
  }
  picture.append(
    svg("text", { x: EDGE.left, y: HEIGHT - 6 }, ends[0]),
    svg("text", { x: WIDTH - EDGE.right, y: HEIGHT - 6, "text-anchor": "end" }, ends[1]),
  );
  return picture;
}

const kinds = {
  schedule(data, el, room) {
    if (!data.points.length) return;
    const card = make("div", "wb-card");
    card.append(make("h3", "wb-heading", "Learning rate over training"));
    const ends = ["0", `${short(data.epochs)} epochs`];
    card.append(plot({ points: data.points, low: 0, high: data.epochs, label: data.text, ends, room }));
    card.append(make("div", "wb-muted", data.text));
    el.append(card);
  },

  rates(data, el, room) {
    if (!data.points.length) return;
    const [low, high] = [data.points[0][0], data.points[data.points.length - 1][0]];
    const ends = [short(low), `rate ${short(high)}`];
    el.append(plot({ points: data.points, low, high, logarithmic: true, label: data.text, ends, mark: data.suggestion, room }));
    el.append(make("div", "wb-muted", data.text));
  },

  layers(data, el) {
    if (!data.text) return;
    const card = make("section", "wb-card wb-network-graph");
    card.append(make("h3", "wb-heading", data.title), make("div", data.wrong ? "wb-note wb-note-error" : "wb-muted", data.text));
    if (data.wrong) card.lastChild.setAttribute("role", "alert");
    if (data.layers.length) card.append(layerTable(data));
    el.append(card);
  },
};

// One layer under the other; what does not simply follow from the one above names where it comes from.
function layerTable(data) {
  const place = make("div", "wb-layer-scroll");
  place.tabIndex = 0;
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", `Layers of ${data.title}`);
  const table = make("table", "wb-layer-table");
  const head = make("tr");
  for (const [text, number] of [["Layer", false], ["Output", true], ["Parameters", true]]) {
    head.append(make("th", number ? "wb-number" : "", text));
  }
  const top = make("thead");
  top.append(head);
  const body = make("tbody");
  for (const layer of data.layers) {
    const line = make("tr");
    const name = make("td");
    name.append(make("span", "wb-strong", layer.name), make("span", "wb-muted", ` ${layer.kind}`));
    if (layer.from) name.append(make("div", "wb-muted wb-layer-from", `← ${layer.from}`));
    line.append(name, make("td", "wb-number", layer.shape), make("td", "wb-number", layer.parameters));
    body.append(line);
  }
  table.append(top, body);
  place.append(table);
  return place;
}

function render({ model, el }) {
  el.classList.add("wb-view");
  let room = 0;
  const draw = () => {
    // Measured before it is emptied, for an empty view takes no room.
    room = el.clientWidth || room;
    el.replaceChildren();
    kinds[model.get("kind")](model.get("data"), el, room);
  };
  model.on("change:data", draw);
  draw();
  const size = new ResizeObserver(() => {
    if (el.clientWidth && el.clientWidth !== room) draw();
  });
  size.observe(el);
  return () => {
    size.disconnect();
    model.off("change:data", draw);
  };
}

export default { render };
