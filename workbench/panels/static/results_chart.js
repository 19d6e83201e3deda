// Draws runs beside each other with Plotly (drawn.js, which stands before this text in the same module).
// Okabe and Ito's colours, told apart by everybody; where they do not suffice, dashes.
const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#888888"];
const DASHES = ["solid", "dash", "dot", "dashdot"];

function curves(model, figure) {
  const bytes = model.get("blob");
  const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let start = 0;
  return figure.lines.map(([name, count], i) => {
    const x = values.subarray(start, start + count);
    const y = values.subarray(start + count, start + 2 * count);
    start += 2 * count;
    const color = COLORS[i % COLORS.length];
    return {
      name: escaped(name), x, y, mode: count > 1 ? "lines" : "markers",
      line: { color, width: 1.5, dash: DASHES[Math.floor(i / COLORS.length) % DASHES.length] },
      marker: { color, size: 6 }, cliponaxis: false, hovertemplate: "%{y:.4g}",
    };
  });
}

function scatter(figure) {
  const most = Math.max(...figure.points.map((point) => point.size), 1);
  // Many would hide each other.
  const widest = figure.points.length > 60 ? 22 : 44;
  return [{
    mode: "markers",
    x: figure.points.map((point) => point.x),
    y: figure.points.map((point) => point.y),
    text: figure.points.map((point) => `<b>${escaped(point.name)}</b><br>${escaped(point.text)}`),
    customdata: figure.points.map((point) => point.id),
    hovertemplate: "%{text}<extra></extra>",
    cliponaxis: false,
    marker: {
      color: COLORS[0], opacity: 0.55, line: { width: 1, color: COLORS[0] },
      size: figure.points.map((point) => point.size), sizemode: "area", sizeref: (2 * most) / widest ** 2, sizemin: 3,
    },
  }];
}

function layout(figure, log, ink, grid) {
  const clear = "rgba(0,0,0,0)";
  const axis = { gridcolor: grid, linecolor: grid, zeroline: false, automargin: true };
  const flat = figure.kind === "scatter";
  return {
    autosize: true,
    margin: { l: 48, r: 16, t: 12, b: 40 },
    paper_bgcolor: clear,
    plot_bgcolor: clear,
    font: { size: 11, color: ink, family: getComputedStyle(document.body).fontFamily },
    hovermode: flat ? "closest" : "x unified",
    hoverlabel: { bgcolor: getComputedStyle(document.body).getPropertyValue("--jp-layout-color2") || "#eeeeee", align: "left" },
    uirevision: figure.kind,
    showlegend: !flat,
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
    xaxis: {
      ...axis, type: flat ? "log" : "linear", rangemode: flat ? "normal" : "tozero", ...(flat ? {} : { hoverformat: ".2f" }),
      title: { text: flat ? figure.xTitle : "epoch", standoff: 4 }, ...(flat ? {} : { unifiedhovertitle: { text: "epoch %{x}" } }),
      ...(flat ? { tickformat: "~s" } : {}),
    },
    yaxis: {
      ...axis, type: log && !flat ? "log" : "linear", nticks: 7, ticksuffix: "",
      title: { text: flat ? figure.yTitle : figure.title, standoff: 4 },
    },
  };
}

function render({ model, el }) {
  const switches = document.createElement("label");
  switches.className = "wb-switch-line wb-muted";
  const log = document.createElement("input");
  log.type = "checkbox";
  switches.append(log, "log scale");
  const place = document.createElement("div");
  place.className = "wb-results-plot";
  el.append(switches, place);
  let listening = false;
  const drawn = keepDrawn(model, el, place, (figure, ink, grid) => {
    const traces = figure.kind === "scatter" ? scatter(figure) : curves(model, figure);
    switches.hidden = figure.kind === "scatter";
    Plotly.react(place, traces, layout(figure, log.checked, ink, grid), { displayModeBar: false, responsive: false });
    if (listening) return;
    listening = true;
    place.on("plotly_click", (event) => {
      const id = event.points[0]?.customdata;
      if (id) model.send({ event: "open", id });
    });
  });
  log.addEventListener("change", drawn.soon);
  return drawn.stop;
}

export default { render };
