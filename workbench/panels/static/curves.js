// Draws the curves of a run with Plotly (drawn.js, which stands before this text in the same module).
// Okabe and Ito's colours: told apart by everybody.
const STYLE = {
  "train loss": { color: "#0072B2", axis: "y", hover: "%{y:.4f}" },
  "val loss": { color: "#D55E00", axis: "y", hover: "%{y:.4f}", points: true },
  "val accuracy": { color: "#009E73", axis: "y2", hover: "%{y:.2f} %", points: true },
  "learning rate": { color: "#888888", axis: "y3", hover: "%{y:.3g}", steps: true },
};

function read(model) {
  const bytes = model.get("blob");
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const values = new Float64Array(copy);
  const lines = {};
  let start = 0;
  for (const [name, count] of model.get("figure").lines) {
    lines[name] = { x: values.subarray(start, start + count), y: values.subarray(start + count, start + 2 * count) };
    start += 2 * count;
  }
  return lines;
}

function traces(lines, smooth, best) {
  const drawn = Object.entries(STYLE).map(([name, style]) => {
    const line = lines[smooth && name === "train loss" ? "train loss, smoothed" : name] || { x: [], y: [] };
    return {
      name,
      x: line.x,
      y: line.y,
      yaxis: style.axis,
      // A line of one point would not be seen.
      mode: style.points || line.x.length === 1 ? "lines+markers" : "lines",
      line: { color: style.color, width: 1.5, shape: style.steps ? "hv" : "linear" },
      marker: { color: style.color, size: 5 },
      cliponaxis: false,
      showlegend: !style.steps,
      hovertemplate: `${style.hover}<extra>${name}</extra>`,
    };
  });
  drawn.push({
    name: "best",
    x: best ? [best[0]] : [],
    y: best ? [best[1]] : [],
    yaxis: "y2",
    mode: "markers",
    marker: { color: STYLE["val accuracy"].color, size: 12, symbol: "circle-open", line: { width: 2 } },
    cliponaxis: false,
    showlegend: false,
    hoverinfo: "skip",
  });
  return drawn;
}

function layout(figure, log, ink, grid) {
  const clear = "rgba(0,0,0,0)";
  const axis = { gridcolor: grid, linecolor: grid, zeroline: false, automargin: false };
  const marks = figure.marks || [];
  return {
    autosize: true,
    margin: { l: 44, r: 52, t: 30, b: 34 },
    paper_bgcolor: clear,
    plot_bgcolor: clear,
    font: { size: 11, color: ink, family: getComputedStyle(document.body).fontFamily },
    hovermode: "x unified",
    hoversubplots: "axis",
    hoverlabel: { bgcolor: getComputedStyle(document.body).getPropertyValue("--jp-layout-color2") || "#eeeeee" },
    uirevision: "kept",
    legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom" },
    xaxis: { ...axis, range: [0, figure.epochs || 1], anchor: "y3", hoverformat: ".2f", unifiedhovertitle: { text: "epoch %{x}" }, title: { text: "epoch", standoff: 2 } },
    yaxis: { ...axis, domain: [0.26, 1], type: log ? "log" : "linear", rangemode: log ? "normal" : "tozero", nticks: 6 },
    yaxis2: {
      ...axis, overlaying: "y", side: "right", tickmode: "auto", tickformat: ".4~g", ticksuffix: " %", showgrid: false,
      nticks: 6, ...(figure.best ? {} : { range: [0, 100], visible: false }),
    },
    yaxis3: { ...axis, domain: [0, 0.16], rangemode: "tozero", nticks: 3, exponentformat: "power" },
    shapes: marks.map(([epoch]) => ({
      type: "line", x0: epoch, x1: epoch, yref: "paper", y0: 0, y1: 1, line: { dash: "dot", width: 1, color: ink },
    })),
    annotations: [
      { text: "learning rate", x: 0, y: 0.17, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", showarrow: false },
      ...marks.map(([epoch, text, row]) => ({
        text, x: epoch, y: 1, yref: "paper", showarrow: false, yanchor: "top", yshift: -12 * row, font: { size: 10 },
        xanchor: epoch > 0.7 * figure.epochs ? "right" : "left",
      })),
    ],
  };
}

function check(label, onChange) {
  const box = document.createElement("label");
  const input = document.createElement("input");
  input.type = "checkbox";
  input.addEventListener("change", onChange);
  box.append(input, label);
  return [box, input];
}

function render({ model, el }) {
  const switches = document.createElement("div");
  switches.className = "wb-switches wb-muted";
  const place = document.createElement("div");
  place.className = "wb-plot";
  let drawn = null;
  const [logBox, log] = check("log scale", () => drawn.soon());
  const [smoothBox, smooth] = check("smooth", () => drawn.soon());
  switches.append(logBox, smoothBox);
  el.append(switches, place);
  drawn = keepDrawn(model, el, place, (figure, ink, grid) => {
    Plotly.react(place, traces(read(model), smooth.checked, figure.best), layout(figure, log.checked, ink, grid), {
      displayModeBar: false,
      responsive: false,
    });
  });
  return drawn.stop;
}

// Asked for while a form is filled in, the library is there when the curve begins.
function initialize({ model }) {
  const later = globalThis.requestIdleCallback || setTimeout;
  later(() => withPlotly(model, () => {}));
}

export default { initialize, render };
