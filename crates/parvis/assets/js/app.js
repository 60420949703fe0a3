// Where the scripts begin. Every page works without them.

import * as compose from "./compose.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as palette from "./palette.js";
import * as query from "./query.js";
import * as toast from "./toast.js";

toast.start();
if ("signed" in document.body.dataset) {
  live.start();
  keys.start();
  palette.start();
  compose.start();
  query.start();
}
