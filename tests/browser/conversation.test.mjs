// The first conversation, end to end: somebody writes on a real network, a person answers in the browser, the answer
// stands on the network; with edits, deletions, pictures, and both ends killed in between.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { execFileSync } from 'node:child_process'
import { square } from './picture.mjs'
import { connect, FOLDER, instance, Person, signal } from './snac.mjs'
import { findings, House, launch, noFaults, shoot, until, visitor, word } from './support.mjs'

const NETWORK = 90
const skip = FOLDER ? false : 'PARVIS_TEST_SNAC2 is not set: no server to talk to'

const plain = html => html.replace(/<[^>]+>/g, ' ')
const holding = (posts, text) => posts.filter(post => plain(post.content).includes(text))

const row = (page, text) => page.locator('[data-row]', { hasText: text })
const said = (page, text) => page.locator('article.msg', { hasText: text })

/** Waits on the open page, which is never reloaded, until a row with the text is there, and opens it. */
async function openArrived(page, text) {
  await until(`“${text}” arrives`, async () => {
    const fresh = page.locator('[data-reveal]')
    if (await fresh.isVisible()) await fresh.click()
    return row(page, text).isVisible()
  }, NETWORK)
  await row(page, text).click()
  await said(page, text).waitFor()
}

async function answer(page, text, button = 'Send') {
  await page.locator('#text').fill(text)
  await page.getByRole('button', { name: button, exact: true }).click()
  await said(page, text).locator('.way.held').waitFor()
}

const published = (page, text) => said(page, text).getByText('published').waitFor({ state: 'attached', timeout: NETWORK * 1000 })

/** Posts standing on the server that hold the text, once there is one. */
const standing = (person, text) => until(`“${text}” stands on the network`, async () => {
  const found = holding(await person.mine(), text)
  return found.length > 0 && found
}, NETWORK)

function postgres() {
  const url = new URL(process.env.PARVIS_TEST_POSTGRES)
  const name = `parvis_browser_${process.pid}`
  const run = sql => execFileSync('psql', [url.href, '-qXc', sql], { stdio: 'pipe' })
  run(`CREATE DATABASE ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return { database: own.href, drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) }
}

let browser
before(async () => { browser = await launch() })
after(() => browser?.close())

for (const engine of ['SQLite', 'PostgreSQL']) {
  const missing = engine === 'PostgreSQL' && !process.env.PARVIS_TEST_POSTGRES && 'PARVIS_TEST_POSTGRES is not set'
  describe(`on ${engine}`, { skip: skip || missing }, () => {
    let house, page, base, brand, customer, remote
    before(async () => {
      base = engine === 'PostgreSQL' ? postgres() : null
      house = await House.open(base ? { database: base.database } : {})
      page = await visitor(browser, house.base)
      brand = await Person.enter('a', 'brand')
      customer = await Person.enter('a', 'customer')
      remote = await Person.enter('b', 'remote')
    })
    after(async () => { await page?.context().close(); await house?.close(); base?.drop() })

    test('a first start ends with a connected account that is heard', async () => {
      await house.setUp(page)
      await connect(house, page)
      await page.getByText('is heard').first().waitFor()
      await shoot(page, `channel-${engine}`)
      // The network's own sign-in page is somebody else's.
      page.faults = page.faults.filter(fault => !fault.includes('http://127.0.0.2'))
      noFaults(page)
    })

    test('a mention arrives live, is answered after a hold that can be undone, and stands as a reply', async () => {
      const [question, first, final] = [word(), word(), word()]
      await page.goto(`${house.base}/inbox`)
      await page.evaluate(() => { globalThis.unreloaded = true })
      const post = await customer.post(`@brand where is my parcel? ${question}`)
      await openArrived(page, question)
      assert.equal(await page.evaluate(() => globalThis.unreloaded), true)

      await page.locator('#text').fill(`${first} 👩‍🚀 https://example.org/a-long-address-that-counts-for-23`)
      await until('the counter counts', async () => Number(await page.locator('[data-counter] [data-count]').textContent()) > first.length)
      await answer(page, first)
      await said(page, first).getByRole('button', { name: 'Undo' }).click()
      await page.waitForFunction(text => document.querySelector('#text')?.value === text, first)
      await answer(page, `On its way. ${final}`)
      await shoot(page, 'conversation-held')
      const [reply] = await standing(brand, final)
      assert.equal(reply.in_reply_to_id, post.id)
      assert.match(plain(reply.content), /@customer/)
      await published(page, final)
      assert.deepEqual(holding(await brand.mine(), first), [], 'what was undone was sent')
      noFaults(page)
    })

    test('a mention from another server arrives and its author hears the answer', async () => {
      const [question, reply] = [word(), word()]
      await page.goto(`${house.base}/inbox`)
      await remote.post(`@brand@127.0.0.2 hello from afar ${question}`)
      await openArrived(page, question)
      await answer(page, `Welcome. ${reply}`)
      await until('the author is told', async () => JSON.stringify(await remote.call('GET', '/api/v1/notifications')).includes(reply), NETWORK)
      await published(page, reply)
      noFaults(page)
    })

    if (engine === 'PostgreSQL') return

    test('an edit by the author is shown with the earlier text', async () => {
      const [earlier, later] = [word(), word()]
      await page.goto(`${house.base}/inbox`)
      const post = await customer.post(`@brand I ordered ${earlier}`)
      await openArrived(page, earlier)
      // The network tells times in whole seconds.
      await until('a second has passed', () => Date.now() > Date.parse(post.created_at) + 2000)
      await customer.edit(post.id, `@brand I ordered ${later}`)
      await said(page, later).waitFor({ timeout: NETWORK * 1000 })
      await said(page, later).locator('.versions summary').click()
      await said(page, later).locator('.versions .old', { hasText: earlier }).waitFor()
      await shoot(page, 'conversation-edited')
      noFaults(page)
    })

    test('a deletion by the author is shown and the text stays', async () => {
      const text = word()
      await page.goto(`${house.base}/inbox`)
      const post = await customer.post(`@brand never mind ${text}`)
      await openArrived(page, text)
      await customer.remove(post)
      await said(page, text).getByText('deleted by its author').waitFor({ timeout: NETWORK * 1000 })
      await shoot(page, 'conversation-deleted')
      noFaults(page)
    })

    test('a picture comes in with its alternative text and one goes out with its own', async () => {
      const [question, reply] = [word(), word()]
      await page.goto(`${house.base}/inbox`)
      await customer.postPicture(`@brand it looks like this ${question}`, square(64, [200, 60, 40]), `A red square, ${question}`)
      await openArrived(page, question)
      const picture = said(page, question).getByRole('img', { name: `A red square, ${question}` })
      await picture.waitFor({ timeout: NETWORK * 1000 })
      await until('the picture is seen', () => picture.evaluate(it => it.complete && it.naturalWidth === 64))
      assert.match(await picture.getAttribute('src'), /^\//, 'pictures come from our own address')

      await page.locator('.pics summary').click()
      await page.locator('[name=picture]').first().setInputFiles({ name: 'blue.png', mimeType: 'image/png', buffer: square(48, [30, 60, 200]) })
      await page.locator('[name=alt]').first().fill(`A blue square, ${reply}`)
      await answer(page, reply)
      const [post] = await standing(brand, reply)
      assert.deepEqual(post.media_attachments.map(it => [it.type, it.description]), [['image', `A blue square, ${reply}`]])
      await published(page, reply)
      noFaults(page)
    })

    test('a channel whose server is down is shown deaf, then heard again; nothing is lost and nothing comes twice', async () => {
      const [before, missed] = [word(), word()]
      await page.goto(`${house.base}/inbox`)
      await customer.post(`@brand before the night ${before}`)
      await openArrived(page, before)
      instance('kill', 'a')
      try {
        await page.goto(`${house.base}/channels`)
        await page.getByText('deaf').first().waitFor({ timeout: NETWORK * 1000 })
        await shoot(page, 'channel-deaf')
        assert.deepEqual(await findings(page), [])
        await page.goto(`${house.base}/inbox`)
        await row(page, before).click()
        await page.locator('.why', { hasText: 'your answer will wait' }).waitFor()
        await answer(page, `in the night ${missed}`)
      } finally { instance('start', 'a') }
      await customer.post(`@brand in the morning ${missed}`)
      await page.goto(`${house.base}/inbox`)
      await openArrived(page, `in the morning ${missed}`)
      await page.goto(`${house.base}/channels`)
      await until('it is heard', async () => !(await page.getByText('deaf').first().isVisible()))
      await standing(brand, `in the night ${missed}`)
      await page.goto(`${house.base}/inbox?state=all&q=${before}`)
      assert.equal(await row(page, before).count(), 1)
      await page.goto(`${house.base}/inbox?q=${missed}`)
      await row(page, missed).first().waitFor()
      noFaults(page)
    })

    test('two colleagues see each other, and none answers over the other unwarned', async () => {
      const [question, first, second] = [word(), word(), word()]
      await page.goto(`${house.base}/organisation/invite`)
      await page.locator('main [name=name]').fill('Noor Haddad')
      await page.locator('main [name=email]').fill('noor@house.example')
      await page.locator('[name=role][value=community_manager]').check()
      await page.locator('main form').getByRole('button').last().click()
      const link = await until('the sign-in link is shown', async () => (await page.content()).match(/http:[^"<\s]+\/link\/[A-Za-z0-9_-]+/)?.[0], 20)
      const other = await visitor(browser, house.base)
      await other.goto(link)
      await other.locator('form button').first().click()
      await other.waitForURL(url => !url.pathname.startsWith('/link'))

      await page.goto(`${house.base}/inbox`)
      await customer.post(`@brand two at once ${question}`)
      await openArrived(page, question)
      await other.goto(page.url())
      await page.locator('[data-presence]', { hasText: 'Noor Haddad is reading too' }).waitFor()
      await other.locator('#text').fill(second)
      await page.locator('[data-presence]', { hasText: 'Noor Haddad is writing' }).waitFor()
      // Noor's page hears nothing while Ada answers, as on a bad line, and nothing before she sends.
      await other.context().setOffline(true)
      await other.context().route('**', route => route.request().method() === 'GET' ? route.abort() : route.continue())
      await answer(page, first)
      await standing(brand, first)
      await other.context().setOffline(false)
      await other.getByRole('button', { name: 'Send', exact: true }).click()
      const warning = other.getByRole('alert').filter({ hasText: first })
      await warning.waitFor()
      await shoot(other, 'collision')
      assert.equal(await other.locator('#text').inputValue(), second)
      await other.context().unroute('**')
      await other.getByRole('button', { name: 'Send anyway' }).click()
      await standing(brand, second)
      await other.context().close()
    })

    test('an answer that is held when the program is killed is sent once after the restart', async () => {
      const [question, reply] = [word(), word()]
      await page.goto(`${house.base}/inbox`)
      await customer.post(`@brand are you there? ${question}`)
      await openArrived(page, question)
      await answer(page, reply)
      await house.kill()
      await house.begin()
      await standing(brand, reply)
      await page.goto(page.url())
      await published(page, reply)
      assert.equal(holding(await brand.mine(), reply).length, 1)
    })

    test('an answer that was under way when the program was killed stands once after the restart', async () => {
      const [question, reply] = [word(), word()]
      await page.goto(`${house.base}/inbox`)
      await customer.post(`@brand and now? ${question}`)
      await openArrived(page, question)
      await answer(page, reply)
      // The server takes the answer and says nothing: what became of it can't be known.
      signal('a', 'SIGSTOP')
      try {
        await said(page, reply).getByText('Being sent').waitFor({ timeout: NETWORK * 1000 })
        await house.kill()
      } finally { signal('a', 'SIGCONT') }
      await standing(brand, reply)
      await house.begin()
      await page.goto(page.url())
      await published(page, reply)
      assert.equal(holding(await brand.mine(), reply).length, 1)
      assert.equal(await said(page, reply).count(), 1)
    })
  })
}
