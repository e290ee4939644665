// The case page: the history of a case played back on its diagram.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './shared/diagram.css';
import './replay/replay.css';
import { element } from './shared/dom.js';
import { openViewer } from './shared/viewer.js';
import { Bar } from './replay/bar.js';
import { Panel } from './replay/panel.js';
import { Player } from './replay/player.js';
import { Stage } from './replay/stage.js';
import { Timeline } from './replay/timeline.js';

async function start(section, { diagramUrl, steps }) {
  const stage = element('div', { className: 'diagram replay-stage' });
  const bar = new Bar(steps.length);
  const panel = new Panel();
  section.replaceChildren(stage, bar.node, panel.node);
  const player = new Player(steps);
  const views = [bar, panel, new Timeline(document.getElementById('replay-timeline'), player)];
  bar.control(player, section);
  try {
    views.push(new Stage(await openViewer(stage, diagramUrl)));
  } catch (error) {
    stage.textContent = error.message;
  }
  player.onChange(() => views.forEach((view) => view.show(player)));
  player.openAt(window.location.hash);
}

const section = document.getElementById('replay');
const data = document.getElementById('replay-data');
if (section && data) {
  const replay = JSON.parse(data.textContent);
  if (replay.steps.length) start(section, replay);
}
