// Draws a sweep with Plotly (drawn.js, which stands before this text in the same module).
// Of Viridis what can be seen on the background, and Okabe and Ito's: told apart by everybody.
const ON_LIGHT = ["#8FB032", "#21918C", "#440154"];
const ON_DARK = ["#7C93D6", "#35B779", "#FDE725"];
const BLUE = "#0072B2";
const ORANGE = "#D55E00";

// Some room about a single value; there is no share above all.
function around(value, percent) {
  return percent ? [Math.max(0, value - 1), Math.min(100, value + 1)] : [value - 0.5, value + 0.5];
}

function traces(figure, narrow, ink, dark) {
  const unit = figure.percent ? 100 : 1;
  const results = figure.results.map((value) => unit * value);
  const drawn = [];
  if (results.length) {
    const low = Math.min(...results);
    const high = Math.max(...results);
    const spread = high > low ? [low, high] : around(low, figure.percent);
    // From the worst to the best.
    const colors = dark ? ON_DARK : ON_LIGHT;
    const scale = (figure.higher ? colors : [...colors].reverse()).map((color, i) => [i / 2, color]);
    const axes = figure.axes.map((axis) => ({
      label: narrow ? axis.label.replace(/^.*\./, "") : axis.label,
      values: axis.values,
      range: axis.range,
      ...(axis.ticks ? { tickvals: axis.ticks, ticktext: axis.texts.map(escaped) } : {}),
    }));
    axes.push({ label: `${figure.objective}${figure.percent ? ", %" : ""}`, values: results, range: spread });
    drawn.push({
      type: "parcoords",
      domain: { x: [0, 1], y: [0.5, 1] },
      dimensions: axes,
      line: {
        color: results, colorscale: scale, cmin: spread[0], cmax: high > low ? spread[1] : low,
      },
      labelfont: { size: narrow ? 10 : 12, color: ink },
      labelangle: narrow ? -20 : 0,
      tickfont: { size: 10, color: ink },
      rangefont: { size: 1, color: "rgba(0,0,0,0)" },
    });
  }
  const places = figure.ended.map((_, i) => i + 1);
  drawn.push({
    type: "scatter", mode: "markers", name: "each run", x: places, y: figure.ended.map((v) => unit * v),
    marker: { color: "#888888", size: 6 }, text: figure.texts.map(escaped), hovertemplate: `%{text}<br>%{y:.5~g}${figure.percent ? " %" : ""}<extra></extra>`,
  });
  drawn.push({
    type: "scatter", mode: "lines", name: "best so far", x: places, y: figure.best.map((v) => unit * v),
    line: { color: BLUE, width: 2, shape: "hv" }, hoverinfo: "skip",
  });
  if (figure.best_at !== null) {
    const best = figure.best_at;
    drawn.push({
      type: "scatter", mode: "markers", name: figure.best_name, x: [places[best]], y: [unit * figure.ended[best]],
      marker: { color: ORANGE, size: 13, symbol: "star" }, hoverinfo: "skip", cliponaxis: false,
    });
  }
  return drawn;
}

// Always said: Plotly forgets to look again at what came since it was told a range.
function bounds(figure) {
  const shown = figure.ended.map((value) => (figure.percent ? 100 * value : value));
  if (!shown.length) return {};
  let [low, high] = [Math.min(...shown), Math.max(...shown)];
  if (high === low) [low, high] = around(low, figure.percent);
  const room = 0.08 * (high - low);
  return { range: [low - room, high + room] };
}

function layout(figure, narrow, ink, grid) {
  const clear = "rgba(0,0,0,0)";
  const axis = { gridcolor: grid, linecolor: grid, zeroline: false };
  const runs = Math.max(2, figure.ended.length);
  return {
    autosize: true,
    margin: { l: 48, r: narrow ? 40 : 56, t: narrow ? 56 : 40, b: 34 },
    paper_bgcolor: clear,
    plot_bgcolor: clear,
    font: { size: 11, color: ink, family: getComputedStyle(document.body).fontFamily },
    hoverlabel: { bgcolor: getComputedStyle(document.body).getPropertyValue("--jp-layout-color2") || "#eeeeee" },
    uirevision: "kept",
    legend: { orientation: "h", x: 0, y: 0.35, yanchor: "bottom" },
    xaxis: { ...axis, range: [0.5, runs + 0.5], title: { text: "runs ended", standoff: 2 }, tickformat: "d", ...(runs <= 10 ? { dtick: 1 } : { nticks: narrow ? 5 : 10 }) },
    yaxis: { ...axis, ...bounds(figure), domain: [0, 0.33], nticks: 4, ticksuffix: figure.percent ? " %" : "", tickformat: ".4~g" },
  };
}

function render({ model, el }) {
  const place = document.createElement("div");
  place.className = "wb-sweep-plot";
  place.setAttribute("role", "img");
  el.append(place);
  return keepDrawn(model, el, place, (figure, ink, grid) => {
    place.setAttribute("aria-label", `${figure.results.length} runs: each field against the result, and the best result so far`);
    // An empty figure with axes would promise something.
    place.hidden = !figure.results.length;
    if (place.hidden) return;
    const light = (ink.match(/[\d.]+/g) || [0, 0, 0]).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) > 382;
    const narrow = place.clientWidth < 480;
    Plotly.react(place, traces(figure, narrow, ink, light), layout(figure, narrow, ink, grid), {
      displayModeBar: false,
      responsive: false,
    });
  }).stop;
}

export default { render };
