// What the browser tests share: the program as a process of its own, people in Chromium, axe-core, waiting with a deadline.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { chromium } from 'playwright-core'

/** The administrator that `setUp` makes. */
export const BOSS = { name: 'Ada Martin', email: 'ada@house.example', password: 'a-lantern-under-the-stairs' }

/** Gives what `look` gives once that is true; asks again until then. `look` may throw while it isn't. */
export async function until(what, look, seconds = 60) {
  const end = Date.now() + seconds * 1000
  let last
  for (;;) {
    try {
      const seen = await look()
      if (seen) return seen
      last = seen
    } catch (error) { last = error }
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`, { cause: last instanceof Error ? last : undefined })
    await new Promise(resolve => setTimeout(resolve, 250))
  }
}

/** A word that no other test writes. */
export const word = () => `w${Math.random().toString(36).slice(2, 10)}`

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => resolve(port)) })
  })
}

/** The program under test; `stop()` asks it to end, `kill()` doesn't ask. */
class Program {
  constructor(args) { this.args = args; this.out = ''; this.log = '' }

  async start(ready) {
    assert.ok(process.env.PARVIS_BIN, 'PARVIS_BIN names the program; `cargo xtask test browser` sets it')
    this.out = ''
    const child = spawn(process.env.PARVIS_BIN, this.args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    this.ended = new Promise(resolve => child.once('exit', resolve))
    child.stdout.on('data', data => { this.out += data })
    child.stderr.on('data', data => { this.log += data })
    const seen = await until(`${this.args.join(' ')} is ready`, () => child.exitCode !== null || this.out.match(ready), 120)
    assert.notEqual(seen, true, `it ended: ${this.out}${this.log}`)
    return seen
  }

  async end(signal) {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill(signal)
    await this.ended
  }

  stop() { return this.end('SIGTERM') }
  kill() { return this.end('SIGKILL') }
}

/** `parvis serve` on a folder of its own. */
export class House extends Program {
  constructor(settings) { super(['serve', ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])]); this.settings = settings }

  static async open({ poll = 2, allow = '127.0.0.2,127.0.0.3', ...settings } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'parvis-house-'))
    const port = await freePort()
    const house = new House({ listen: `127.0.0.1:${port}`, 'public-url': `http://127.0.0.1:${port}`, data: folder, 'poll-seconds': poll, 'recheck-seconds': 2, 'allow-hosts': allow, ...settings })
    house.folder = folder
    house.base = `http://127.0.0.1:${port}`
    await house.begin()
    return house
  }

  async begin() {
    await this.start(/listens on/)
    this.setup = this.out.match(/http:\S+\/setup\?token=\S+/)?.[0]
  }

  async close() { await this.stop(); rmSync(this.folder, { recursive: true, force: true }) }

  /** First start, by the page that the console's address opens. */
  async setUp(page) {
    await page.goto(this.setup)
    await page.getByLabel('Name of the organisation').fill('House of Lanterns')
    await page.getByLabel('Your name or role').fill(BOSS.name)
    await page.getByLabel('E-mail').fill(BOSS.email)
    await page.getByLabel('Password').fill(BOSS.password)
    await page.getByRole('button', { name: 'Open the house' }).click()
    await page.waitForURL('**/channels**')
  }

  async signIn(page, { email, password } = BOSS) {
    await page.goto(`${this.base}/login`)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Enter' }).click()
    await page.waitForURL(url => !url.pathname.startsWith('/login'))
  }
}

/** `parvis demo`; `link` signs its first visitor in. */
export class Demo extends Program {
  static async open(language = 'fr') {
    const port = await freePort()
    const demo = new Demo(['demo', '--port', String(port), '--language', language])
    demo.link = (await demo.start(/http:\S+\/link\/\S+/))[0]
    demo.base = new URL(demo.link).origin
    return demo
  }

  close() { return this.stop() }

  /** Signs the first visitor in, by the link that the console shows, or the one beside which it says `who`. */
  async enter(page, who) {
    const link = who && (await until(`the console names ${who}`, () => this.out.match(new RegExp(`(http:\\S+/link/\\S+)  ${who}`))))[1]
    await page.goto(link ?? this.link)
    await page.locator('form button').first().click()
    await page.waitForURL(url => !url.pathname.startsWith('/link'))
  }
}

/** A browser, the demonstration in English, and its first visitor, for all tests of a file; `close` ends them. */
export async function demonstration() {
  const browser = await launch()
  const demo = await Demo.open('en')
  const page = await visitor(browser, demo.base)
  await demo.enter(page)
  return { browser, demo, page, close: async () => { await browser.close(); await demo.close() } }
}

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })

/**
 * A page whose faults are kept: errors and warnings of the console, exceptions, dialogs, and requests that leave `base`.
 * `page.faults` lists them; a test that expects none ends with `noFaults(page)`.
 */
export async function visitor(browser, base, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 }, ...options })
  context.setDefaultTimeout(30_000)
  return watch(await context.newPage(), base)
}

export function watch(page, base) {
  page.faults = []
  page.on('console', said => { if (['error', 'warning'].includes(said.type())) page.faults.push(`console: ${said.text()} (${page.url()})`) })
  page.on('pageerror', error => page.faults.push(`exception: ${error.message} (${page.url()})`))
  page.on('dialog', dialog => { page.faults.push(`dialog: ${dialog.message()}`); dialog.dismiss() })
  page.on('request', request => { if (!request.url().startsWith(base) && !request.url().startsWith('data:')) page.faults.push(`request: ${request.url()}`) })
  return page
}

export function noFaults(page) {
  // Each fault is told once: the tests that follow on the same page have their own.
  assert.deepEqual(page.faults.splice(0), [])
}

/**
 * Without motion, so that nothing is looked at on its way from one colour or place to another. Waiting for each transition's
 * end instead hung once, for good, on a busy machine.
 */
const still = page => page.emulateMedia({ reducedMotion: 'reduce' })

/** What axe-core finds by WCAG 2.2 A and AA and by its own advice, a line each with the element. */
export async function findings(page) {
  await still(page)
  const faults = [...page.faults]
  await page.evaluate(axe.source)
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const { violations } = await page.evaluate(tags => globalThis.axe.run(document, { runOnly: tags, preload: false }), tags)
  // axe-core tries inline styles, which our policy refuses: those faults are its own.
  page.faults.splice(0, Infinity, ...faults)
  return violations.flatMap(({ id, help, nodes }) => nodes.map(node => `${id}: ${help}; ${node.target.join(' ')} ${node.html.slice(0, 160)} ${node.failureSummary?.split('\n').slice(1).join(' ').slice(0, 200)}`))
}

/**
 * On a phone and a screen, dark and light: nothing that axe finds, nothing wider than the page; with `touch` nothing on a phone
 * that is too low for a finger. `each` is told the width. Leaves the page on a screen, light.
 */
export async function looksRight(page, what, { touch = false, each = () => {} } = {}) {
  for (const size of [{ width: 390, height: 844 }, { width: 1440, height: 900 }]) {
    await page.setViewportSize(size)
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme })
      assert.deepEqual(await findings(page), [], `${what}, ${colorScheme}, ${size.width}`)
    }
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what}: nothing is wider than ${size.width}`)
    if (touch && size.width === 390) {
      const low = await page.locator('main .b, main .in:not([type=hidden])').evaluateAll(all => all.filter(it => it.checkVisibility() && it.getBoundingClientRect().height < 44).length)
      assert.equal(low, 0, `${what}: everything can be touched`)
    }
    await each(size.width)
  }
}

/** Keeps a picture in the folder PARVIS_SHOTS, when there is one. */
export async function shoot(page, name) {
  if (!process.env.PARVIS_SHOTS) return
  mkdirSync(process.env.PARVIS_SHOTS, { recursive: true })
  await page.screenshot({ path: join(process.env.PARVIS_SHOTS, `${name}.png`) })
}
