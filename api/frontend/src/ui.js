// Every page: htmx and a few courtesies. All of it may be absent; the pages work without scripts.
import 'htmx.org';
import { addToken } from './ui/token.js';
import { focusSummary } from './ui/summary.js';
import { askFirst } from './ui/confirmation.js';
import { sendOnce, releaseForms } from './ui/submission.js';
import { uploadOnSelection } from './ui/upload.js';

document.addEventListener('htmx:config:request', addToken);
document.addEventListener('htmx:after:settle', (event) => focusSummary(event.target));
document.addEventListener('htmx:finally:request', (event) => releaseForms(event.target));
document.addEventListener('click', askFirst);
document.addEventListener('submit', sendOnce);
document.addEventListener('change', uploadOnSelection);
window.addEventListener('pageshow', () => releaseForms(document));

focusSummary(document);
