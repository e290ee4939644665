// Diagrams to look at: one way to open them, to mark elements and to bring elements into view.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import anlan from '../../../../engine/diagram/anlan.json';
import { addControls } from './controls.js';
import { fetchText } from './text.js';
import { translation } from './translation.js';

/** The smallest scale at which the names in a diagram can still be read. */
const READABLE = 0.75;

/** Opens the diagram at a URL in a container; the wheel keeps scrolling the page. */
export async function openViewer(container, url) {
  const xml = await fetchText(url, '流程图');
  const viewer = new NavigatedViewer({ container, additionalModules: [translation], moddleExtensions: { anlan } });
  await viewer.importXML(xml);
  viewer.get('zoomScroll').toggle(false);
  addControls(viewer, container);
  return viewer;
}

/** Puts a marker on those of the elements that the diagram has. */
export function mark(viewer, ids, marker) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  for (const id of ids) if (registry.get(id)) canvas.addMarker(id, marker);
}

/** Takes the markers off every element. */
export function unmark(viewer, markers) {
  const canvas = viewer.get('canvas');
  viewer.get('elementRegistry').forEach(({ id }) => markers.forEach((marker) => canvas.removeMarker(id, marker)));
}

function boundsOf(elements) {
  const boxes = elements.map((element) => element.waypoints
    ? { left: Math.min(...element.waypoints.map((p) => p.x)), right: Math.max(...element.waypoints.map((p) => p.x)),
      top: Math.min(...element.waypoints.map((p) => p.y)), bottom: Math.max(...element.waypoints.map((p) => p.y)) }
    : { left: element.x, right: element.x + element.width, top: element.y, bottom: element.y + element.height });
  return {
    left: Math.min(...boxes.map((box) => box.left)), right: Math.max(...boxes.map((box) => box.right)),
    top: Math.min(...boxes.map((box) => box.top)), bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

/** Shows the whole diagram if it stays readable, otherwise the part around the elements. */
export function fit(viewer, ids = []) {
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  if (canvas.zoom() >= READABLE) return;
  canvas.zoom(READABLE, { x: 0, y: 0 });
  reveal(viewer, ids, true);
}

/** Moves the picture, no more than needed, until the elements are in it. */
export function reveal(viewer, ids, centre = false) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const elements = ids.map((id) => registry.get(id)).filter(Boolean);
  if (!elements.length) return;
  const root = canvas.findRoot(elements[0]);
  if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
  const box = boundsOf(elements.filter((element) => canvas.findRoot(element) === root));
  const view = canvas.viewbox();
  const inside = box.left >= view.x && box.right <= view.x + view.width && box.top >= view.y && box.bottom <= view.y + view.height;
  if (inside && !centre) return;
  canvas.viewbox({
    x: (box.left + box.right - view.width) / 2, y: (box.top + box.bottom - view.height) / 2, width: view.width, height: view.height,
  });
}
