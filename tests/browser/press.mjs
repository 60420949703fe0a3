// The real site that publishes feeds, WordPress (see ../servers/wordpress): its author, its guests, what it was asked.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The site's address and folder; undefined when there is none to test against. */
export const SITE = process.env.PARVIS_TEST_WORDPRESS
const FOLDER = process.env.PARVIS_TEST_WORDPRESS_DIR

/** Takes the site down (`kill`), or brings it back (`start`) with its articles. */
export function site(what) {
  const script = join(dirname(fileURLToPath(import.meta.url)), '../servers/wordpress/instance.sh')
  execFileSync(script, [what, FOLDER], { stdio: 'ignore' })
}

/** How the site has answered to requests for this path so far: a status each, oldest first. */
export function answers(path) {
  const lines = readFileSync(join(FOLDER, 'run', 'access.log'), 'utf8').split('\n')
  return lines.filter(line => line.split(' ')[1] === path).map(line => Number(line.split(' ')[0]))
}

async function call(path, body, headers = {}) {
  const answer = await fetch(`${SITE}/wp-json/wp/v2/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  const text = await answer.text()
  assert.ok(answer.ok, `${path} gave ${answer.status}: ${text.slice(0, 200)}`)
  return JSON.parse(text)
}

const asAuthor = () => ({ authorization: `Basic ${Buffer.from(`admin:${readFileSync(join(FOLDER, 'run', 'apppw'), 'utf8').trim()}`).toString('base64')}` })

/** Publishes an article, or changes the one with this id. */
export const write = (title, content, id) => call(id ? `posts/${id}` : 'posts', { title, content, status: 'publish' }, asAuthor())

/** Comments on an article, in the name of a guest. */
export const comment = (post, author_name, content) => call('comments', { post, author_name, author_email: 'guest@readers.example', content }, asAuthor())

/** The password by which its author lets applications in. */
export const password = () => readFileSync(join(FOLDER, 'run', 'apppw'), 'utf8').trim()

/** How a comment stands on the site. */
export const standing = async id => (await (await fetch(`${SITE}/wp-json/wp/v2/comments/${id}?context=edit`, { headers: asAuthor() })).json()).status
