// The real AT Protocol network (see ../servers/atproto): its people, by its own API.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { until, word } from './support.mjs'

/** The folder of the network; undefined when there is none to test against. */
export const FOLDER = process.env.PARVIS_TEST_ATPROTO
const POST = 'app.bsky.feed.post'
const API = '/@atproto/oauth-provider/~api'
const run = name => join(FOLDER, 'run', name)

/** The addresses of its servers. */
export const network = () => JSON.parse(readFileSync(run('network.json'), 'utf8'))

/** Takes the server with the AppView down (`kill`), or brings it back (`start`) with its data. */
export async function pds(what) {
  const pid = Number(readFileSync(run('pds.pid'), 'utf8'))
  const answers = () => fetch(`${network().pds}/xrpc/_health`).then(answer => answer.ok, () => false)
  if (what === 'kill') {
    pds.words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
    process.kill(pid, 'SIGKILL')
    await until('the server is gone', async () => !(await answers()))
    return
  }
  const log = openSync(run('pds.log'), 'a')
  const child = spawn(pds.words[0], pds.words.slice(1), { stdio: ['ignore', log, log], detached: true, env: { ...process.env, NODE_ENV: 'test', LOG_ENABLED: 'false' } })
  child.unref()
  writeFileSync(run('pds.pid'), `${child.pid}\n`)
  await until('the server is back', answers)
}

/** Fills in the form that asks for an account of this network. */
export async function fill(page, house, member, password) {
  await page.goto(`${house.base}/channels/new`)
  const form = page.locator('form[action="/channels/new/bluesky"]')
  await form.locator('[name=handle]').fill(member.handle)
  await form.locator('[name=password]').fill(password)
  await form.locator('[name=server]').fill(member.server)
  await form.locator('[name=directory]').fill(network().plc)
  await form.getByLabel('Desk').selectOption({ label: 'Customer service' })
  await form.getByRole('button').click()
}

/** Somebody with an account there. */
export class Member {
  static async join(server, name) {
    const member = Object.assign(new Member(), { server: network()[server], handle: `${name}${word()}.test`, password: 'the account’s own password' })
    const made = await member.call('com.atproto.server.createAccount', { handle: member.handle, email: `${member.handle}@mail.test`, password: member.password })
    Object.assign(member, { did: made.did, token: made.accessJwt })
    member.appPassword = (await member.call('com.atproto.server.createAppPassword', { name: 'parvis' })).password
    return member
  }

  async call(name, body) {
    const headers = { ...(this.token && { authorization: `Bearer ${this.token}` }), ...(body && { 'content-type': 'application/json' }) }
    const answer = await fetch(`${this.server}/xrpc/${name}`, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) })
    const text = await answer.text()
    assert.ok(answer.ok, `${name} gave ${answer.status}: ${text.slice(0, 200)}`)
    return text ? JSON.parse(text) : null
  }

  /** Says something to nobody in particular. */
  post(text) { return this.call('com.atproto.repo.createRecord', { repo: this.did, collection: POST, record: { $type: POST, text, createdAt: new Date().toISOString() } }) }

  /** Names somebody in a post. */
  async mention(whom, words) {
    const name = `@${whom.handle}`
    const features = [{ $type: 'app.bsky.richtext.facet#mention', did: whom.did }]
    const facets = [{ index: { byteStart: 0, byteEnd: name.length }, features }]
    const record = { $type: POST, text: `${name} ${words}`, facets, createdAt: new Date().toISOString() }
    return { ...await this.call('com.atproto.repo.createRecord', { repo: this.did, collection: POST, record }), record }
  }

  rewrite(post, record) { return this.call('com.atproto.repo.putRecord', { repo: this.did, collection: POST, rkey: post.uri.split('/').pop(), record }) }
  remove(post) { return this.call('com.atproto.repo.deleteRecord', { repo: this.did, collection: POST, rkey: post.uri.split('/').pop() }) }
  posts() { return this.call(`com.atproto.repo.listRecords?repo=${this.did}&collection=${POST}&limit=100`).then(it => it.records) }

  /** Asks their server's own page about their account, as the page itself does: `fetch` can't say that it is a page. */
  page(method, path, body) {
    const url = new URL(path, this.server)
    const asks = path.includes('~api')
    const headers = {
      'user-agent': 'a browser', referer: new URL('/account', this.server).href, 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': asks ? 'empty' : 'document',
      'sec-fetch-mode': asks ? 'same-origin' : 'navigate', cookie: Object.entries(this.cookies).map(it => it.join('=')).join('; '),
      ...(this.cookies['csrf-token'] && { 'x-csrf-token': this.cookies['csrf-token'] }), ...(body && { 'content-type': 'application/json' }),
    }
    return new Promise((resolve, reject) => {
      const call = request(url, { method, headers }, answer => {
        for (const set of answer.headers['set-cookie'] ?? []) Object.assign(this.cookies, { [set.split('=')[0]]: set.slice(set.indexOf('=') + 1).split(';')[0] })
        let text = ''
        answer.on('data', data => { text += data }).on('end', () => {
          assert.ok(answer.statusCode < 400, `${path} gave ${answer.statusCode}: ${text.slice(0, 200)}`)
          resolve(asks ? JSON.parse(text) : null)
        })
      }).once('error', reject)
      call.end(body && JSON.stringify(body))
    })
  }

  /** The applications that were let in, as the page of their account lists them. */
  async applications() {
    if (!this.cookies) {
      this.cookies = {}
      await this.page('GET', '/account')
      await this.page('POST', `${API}/sign-in`, { locale: 'en', username: this.handle, password: this.password, remember: true })
    }
    return this.page('GET', `${API}/oauth-sessions?did=${this.did}`)
  }

  /** Shows all of them out. */
  async revokeApplications() {
    for (const { tokenId } of await this.applications()) await this.page('POST', `${API}/revoke-oauth-session`, { did: this.did, tokenId })
  }
}
