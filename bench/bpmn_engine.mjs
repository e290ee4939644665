// The same rejection loop on bpmn-engine, its state stored as JSON in SQLite after every step: microseconds and bytes.
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { EventEmitter } from 'node:events';
import { Engine } from 'bpmn-engine';

const [diagram, file, synchronous, rounds, submissions] = process.argv.slice(2);
const given = JSON.parse(submissions);
const source = readFileSync(diagram, 'utf8').replace(
  /<bpmn:conditionExpression[^>]*>.*?<\/bpmn:conditionExpression>/,
  '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression" language="javascript">next(null, false)</bpmn:conditionExpression>',
);

const database = new DatabaseSync(file);
database.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=${synchronous}; CREATE TABLE instance (id INTEGER PRIMARY KEY, state TEXT)`);
database.exec("INSERT INTO instance VALUES (1, '')");
const update = database.prepare('UPDATE instance SET state = ? WHERE id = 1');
const select = database.prepare('SELECT state FROM instance WHERE id = 1');

async function store(engine) {
  const state = JSON.stringify(await engine.getState());
  database.exec('BEGIN IMMEDIATE');
  update.run(state);
  database.exec('COMMIT');
  return state.length;
}

function step(execution, activity) {
  const task = execution.getPostponed().find((api) => api.id === activity);
  task.signal({ [activity]: given[activity] ?? given.review });
}

async function measure(cold) {
  const microseconds = [], bytes = [];
  let engine = new Engine({ name: 'bench', source });
  let execution = await engine.execute({ listener: new EventEmitter() });
  await store(engine);
  for (let round = 0; round < Number(rounds); round++) {
    let size = 0;
    const begin = performance.now();
    for (const activity of ['apply', 'technical', 'finance', 'approve']) {
      if (cold) {
        engine = new Engine({ name: 'bench' }).recover(JSON.parse(select.get().state));
        execution = await engine.resume({ listener: new EventEmitter() });
      }
      step(execution, activity);
      size = await store(engine);
      if (cold) engine.stop();
    }
    microseconds.push(((performance.now() - begin) / 4) * 1000);
    bytes.push(size);
  }
  return { microseconds, bytes };
}

console.log(JSON.stringify({ warm: await measure(false), cold: await measure(true) }));
