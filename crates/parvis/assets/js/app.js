// Where the scripts begin. Every page works without them.

import * as assistant from "./assistant.js";
import * as board from "./board.js";
import * as charter from "./charter.js";
import * as compose from "./compose.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as palette from "./palette.js";
import * as post from "./post.js";
import * as query from "./query.js";
import * as toast from "./toast.js";
import * as zone from "./zone.js";

toast.start();
if ("signed" in document.body.dataset) {
  live.start();
  keys.start();
  palette.start();
  compose.start();
  charter.start();
  query.start();
  assistant.start();
  board.start();
  post.start();
  zone.start();
}
