// Counts a text as its network does, by the rule that the server gives: the twin of
// `parvis_channels::TextRule::count`, so that the figure on the screen is the one that is checked on sending.

const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

function units(unit, text) {
  switch (unit) {
    case "utf8_byte": return new TextEncoder().encode(text).length;
    case "utf16": return text.length;
    case "grapheme": if (segmenter) return [...segmenter.segment(text)].length;
    // falls through: without a segmenter, characters are the nearest thing
    default: return [...text].length;
  }
}

// Length of the path, query and fragment, less the punctuation that ends a sentence.
function pathLength(path) {
  if (!/^[/?#]/.test(path)) return 0;
  let kept = path.match(/^[^\s<>"“”«»]*/u)[0];
  for (;;) {
    let shorter = kept.replace(/[.,;:!?'’…]+$/u, "");
    if (shorter.endsWith(")") && shorter.split("(").length < shorter.split(")").length) shorter = shorter.slice(0, -1);
    if (shorter.length === kept.length) return kept.length;
    kept = shorter;
  }
}

// Length of the http(s) address that starts here, or 0.
function urlLength(rest) {
  const scheme = rest.match(/^https?:\/\//i)?.[0];
  if (!scheme) return 0;
  const tail = rest.slice(scheme.length);
  const name = tail.match(/^[\p{L}\p{N}\-._]*/u)[0].replace(/\.+$/, "");
  const dot = name.lastIndexOf(".");
  if (dot < 1 || !/^[\p{L}-]{2,}$/u.test(name.slice(dot + 1))) return 0;
  const after = tail.slice(name.length);
  const port = after.match(/^:\d+/)?.[0].length ?? 0;
  return scheme.length + name.length + port + pathLength(after.slice(port));
}

// The mention of somebody elsewhere that starts here: [length of `@name`, length of `@name@host`].
function mention(rest) {
  const found = rest.match(/^(@[A-Za-z0-9_.-]+)@([\p{L}\p{N}_.:-]+)/u);
  const host = found?.[2].replace(/[.:_-]+$/, "");
  return host ? [found[1].length, found[1].length + 1 + host.length] : null;
}

/** Whether the network takes the text, by both of its limits. */
export function fits(rule, text) {
  return rule.max === 0 || (count(rule, text) <= rule.max && (!rule.also || units(rule.also.unit, text) <= rule.also.max));
}

/** How many units `text` counts for under `rule` ({unit, max, url_len, mention}). */
export function count(rule, text) {
  let total = 0, plain = 0, place = 0;
  while (place < text.length) {
    const rest = text.slice(place);
    const before = [...text.slice(Math.max(0, place - 2), place)].pop();
    let length = 0, counts = 0;
    if (before === undefined || !/[\p{L}\p{N}@/_\-.#&$]/u.test(before)) {
      if (rule.url_len != null && (length = urlLength(rest))) counts = rule.url_len;
      if (!length && rule.mention === "local_part") {
        const found = mention(rest);
        if (found) { length = found[1]; counts = units(rule.unit, rest.slice(0, found[0])); }
      }
    }
    if (length) {
      total += units(rule.unit, text.slice(plain, place)) + counts;
      place += length;
      plain = place;
    } else place += rest.codePointAt(0) > 0xffff ? 2 : 1;
  }
  return total + units(rule.unit, text.slice(plain));
}
