// The real peer, snac2 twice (see ../servers/snac2): its people, by its API and its own pages.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the two servers; undefined when there are none to test against. */
export const FOLDER = process.env.PARVIS_TEST_SNAC2
export const SERVERS = { a: 'http://127.0.0.2', b: 'http://127.0.0.3' }

export function password(server, user) {
  const lines = readFileSync(join(FOLDER, 'run', `${server}.users`), 'utf8').split('\n')
  return lines.find(line => line.startsWith(`${user} `)).slice(user.length + 1)
}

/** Takes a server down (`kill`), or brings it back (`start`) with its data. */
export function instance(what, server) {
  const script = join(dirname(fileURLToPath(import.meta.url)), '../servers/snac2/instance.sh')
  execFileSync(script, [what, FOLDER, server], { stdio: 'ignore' })
}

/** Makes a server stand still (`SIGSTOP`) and go on (`SIGCONT`): it takes requests and doesn't answer. */
export function signal(server, name) {
  process.kill(Number(readFileSync(join(FOLDER, 'run', `${server}.pid`), 'utf8')), name)
}

/** Signs in on snac2's own page, to which Parvis has sent the browser. */
async function consent(page, server, user) {
  await page.locator('input[name=login]').fill(user)
  await page.locator('input[name=passwd]').fill(password(server, user))
  await page.locator('form [type=submit]').click()
}

/** Connects the account `brand` of the first server, by its own sign-in page, to a house that speaks English. */
export async function connect(house, page) {
  await page.goto(`${house.base}/channels/new`)
  const form = page.locator('form[action="/channels/new/mastodon"]')
  await form.locator('[name=server]').fill(SERVERS.a)
  await form.getByLabel('Desk').selectOption({ label: 'Customer service' })
  await form.getByRole('button').click()
  await page.getByRole('link', { name: /127\.0\.0\.2/ }).click()
  await consent(page, 'a', 'brand')
  await page.waitForURL(`${house.base}/channels/*`)
}

/** Somebody on one of the servers, who talks to us. */
export class Person {
  static async enter(server, user) {
    const person = Object.assign(new Person(), { server, user, base: SERVERS[server] })
    const back = 'http://127.0.0.1:9/back', scopes = 'read write follow'
    const app = await person.call('POST', '/api/v1/apps', { client_name: 'somebody', redirect_uris: back, scopes })
    const query = new URLSearchParams({ response_type: 'code', client_id: app.client_id, redirect_uri: back, scope: scopes, state: 's' })
    const form = await (await fetch(`${person.base}/oauth/authorize?${query}`)).text()
    const fields = new URLSearchParams([...form.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)].map(([, name, value]) => [name, value]))
    fields.set('login', user)
    fields.set('passwd', password(server, user))
    const action = new URL(form.match(/<form[^>]*action="([^"]+)"/)[1], person.base)
    const answer = await fetch(action, { method: 'POST', body: fields, redirect: 'manual' })
    const code = new URL(answer.headers.get('location')).searchParams.get('code')
    const grant = { grant_type: 'authorization_code', code, client_id: app.client_id, client_secret: app.client_secret, redirect_uri: back, scope: scopes }
    person.token = (await person.call('POST', '/oauth/token', grant)).access_token
    return person
  }

  async call(method, path, body) {
    // This server closes idle connections, now and then just as the next request goes out on one.
    const headers = { connection: 'close', ...(this.token ? { authorization: `Bearer ${this.token}` } : {}) }
    if (body && !(body instanceof FormData)) { headers['content-type'] = 'application/json'; body = JSON.stringify(body) }
    const answer = await fetch(`${this.base}${path}`, { method, headers, body })
    const text = await answer.text()
    assert.ok(answer.ok, `${method} ${path} gave ${answer.status}: ${text.slice(0, 200)}`)
    return JSON.parse(text)
  }

  post(status, more = {}) { return this.call('POST', '/api/v1/statuses', { status, ...more }) }
  edit(id, status) { return this.call('PUT', `/api/v1/statuses/${id}`, { status }) }
  mine() { return this.call('GET', '/api/v1/accounts/verify_credentials').then(me => this.call('GET', `/api/v1/accounts/${me.id}/statuses?limit=40`)) }

  /** Posts a picture with its alternative text. */
  async postPicture(status, png, alt) {
    const form = new FormData()
    form.set('file', new Blob([png], { type: 'image/png' }), 'picture.png')
    form.set('description', alt)
    const media = await this.call('POST', '/api/v2/media', form)
    return this.post(status, { media_ids: [media.id] })
  }

  /** Presses "Delete" on the server's web page: this version can't by its API. */
  async remove(post) {
    const basic = Buffer.from(`${this.user}:${password(this.server, this.user)}`).toString('base64')
    const body = String(new URLSearchParams({ id: post.uri, actor: `${this.base}/${this.user}`, action: 'Delete' }))
    // The bare content type: it doesn't read a form whose type also names a charset.
    const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await fetch(`${this.base}/${this.user}/admin/action`, { method: 'POST', body, headers, redirect: 'manual' })
    assert.equal(answer.status, 303)
  }
}
