// Draws the figure in props.value (JSON) and draws it again when it, the theme or the width changes.
// Lengths of the figure are for a root font of 16 px; the projector mode enlarges them with the text.
const FONT_REM = 0.75;
const ROOT_PX = 16;
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const style = name => getComputedStyle(document.body).getPropertyValue(name).trim();

function draw() {
  const chart = element.querySelector('.chart');
  if (!chart) return;
  if (!props.value) {
    Plotly.purge(chart);
    chart.innerHTML = '';
    return;
  }
  const {data, layout} = JSON.parse(props.value);
  const line = style('--border-color-primary');
  const scale = rem() / ROOT_PX;
  const margin = Object.fromEntries(Object.entries(layout.margin).map(([side, px]) => [side, px * scale]));
  const axis = {gridcolor: line, zerolinecolor: line, linecolor: line};
  Plotly.react(
    chart,
    data,
    {
      ...layout,
      height: layout.height * scale,
      margin,
      xaxis: {...layout.xaxis, ...axis},
      yaxis: {...layout.yaxis, ...axis},
      ...(layout.yaxis2 && {yaxis2: {...layout.yaxis2, ...axis}}),
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      font: {family: style('--font'), size: FONT_REM * rem(), color: style('--body-text-color')},
      hoverlabel: {bgcolor: style('--background-fill-primary'), font: {color: style('--body-text-color')}},
    },
    {responsive: true, displayModeBar: false},
  );
}

watch('value', draw);
for (const watched of [document.documentElement, document.body]) {
  new MutationObserver(draw).observe(watched, {attributeFilter: ['class']});
}
draw();
