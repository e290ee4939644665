// Times feelin on the condition of feel.py; prints microseconds for parsing and evaluating, which it does in one call.
import { evaluate } from 'feelin';

const [text, inputs] = process.argv.slice(2);
const context = JSON.parse(inputs);

function best(rounds, turns) {
  let fastest = Infinity;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    for (let turn = 0; turn < turns; turn++) evaluate(text, context);
    fastest = Math.min(fastest, (performance.now() - started) / turns);
  }
  return fastest * 1000;
}

best(2, 500);
console.log(best(5, 1000));
