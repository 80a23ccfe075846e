#!/usr/bin/env node
// The first file of `npx trainlog`. It is plain old JavaScript without imports, so that a Node of any age can parse it and say what is wrong in one
// line; everything else is loaded after that check.
var NEEDED_MAJOR = 24;

function fail(message) {
  process.stderr.write(`trainlog: ${message}\n`);
  process.exitCode = 2;
}

function start() {
  // TRAINLOG_SOURCE=1 runs the TypeScript of a checkout without a build.
  var main = process.env.TRAINLOG_SOURCE === "1" ? "../src/cli/main.ts" : "../dist/cli/main.js";
  import(main).then(
    (program) => program.main(),
    (error) => {
      var missing =
        error && error.code === "ERR_MODULE_NOT_FOUND" && String(error.url).slice(-main.length + 2) === main.slice(2);
      if (!missing) throw error;
      fail("this checkout is not built yet; run `npm run build` in it (or `npm ci`, which builds too)");
    },
  );
}

if (parseInt(process.versions.node, 10) < NEEDED_MAJOR) {
  fail(
    "needs Node " +
      NEEDED_MAJOR +
      " or newer, this is " +
      process.version +
      "; install it from https://nodejs.org or run `npx -p node@24 -p trainlog trainlog`",
  );
} else {
  start();
}
