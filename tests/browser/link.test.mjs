// The card of a link, on the real AT Protocol server: made of a page, worded, seen in the preview, and standing below the
// post, once; what isn't a public page is refused in words and changes nothing.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { FOLDER, Member, fill, network } from './atproto.mjs'
import { brought, button, invite, tickAll } from './editorial.mjs'
import { square } from './picture.mjs'
import { findings, House, launch, looksRight, noFaults, shoot, until, visitor, word } from './support.mjs'

const skip = FOLDER ? false : 'PARVIS_TEST_ATPROTO is not set: no network to talk to'

/** A site with one page, whose title is hostile. */
const PAGE = `<!doctype html><meta property="og:title" content="Winter &lt;script&gt;alert(1)&lt;/script&gt; market">
<meta property="og:description" content="Five weekends, forty stalls"><meta property="og:image" content="/stall.png">`
const site = createServer((request, answer) => {
  const [type, body] = request.url === '/market' ? ['text/html', PAGE] : request.url === '/stall.png' ? ['image/png', square(60, [200, 90, 30])] : ['application/pdf', '%PDF']
  answer.writeHead(200, { 'content-type': type }).end(body)
})

describe('a link card', { skip }, () => {
  let browser, house, boss, manager, brand, home
  before(async () => {
    browser = await launch()
    await new Promise(ready => { site.listen(0, '127.0.0.1', ready) })
    home = `127.0.0.1:${site.address().port}`
    const allow = [...Object.values(network()).filter(it => it.startsWith('http')).map(it => new URL(it).host), home].join(',')
    house = await House.open({ allow })
    boss = await visitor(browser, house.base)
    brand = await Member.join('pds', 'brand')
    await house.setUp(boss)
    await fill(boss, house, brand, brand.appPassword)
    await boss.waitForURL(/\/channels\/[0-9a-f-]{36}/)
    manager = await invite(browser, house, boss, 'Cam Manager', 'community_manager')
  })
  after(async () => { await browser?.close(); await house?.close(); site.close() })

  const make = async url => {
    await manager.getByLabel('Address of the page').fill(url)
    await manager.locator('form[action$="/card"] button').click()
  }

  test('is made of the page that the text leads to, worded, and stands below the post', async () => {
    const text = `The market is back ${word()}`
    const address = await brought(house, manager, manager, `Market ${word()}`, 'team')
    await manager.locator('#text').fill(text)
    await manager.locator('[name=to]').first().check()
    await button(manager, 'Save and hand over').click()
    await until('it waits to be validated', async () => await manager.locator('button.ck:not([disabled])').count() > 0)

    // What isn't a public page is refused, and nothing changes.
    for (const [url, said] of [['http://10.0.0.1/', 'it isn’t public'], [`http://${home}/file`, 'no web page there']]) {
      await make(url)
      await manager.getByRole('alert').getByText(said).waitFor()
      assert.match(manager.faults.pop(), /422/)
      await manager.goto(house.base + address)
    }
    assert.equal(await manager.locator('.prv .card').count(), 0)

    await make(`http://${home}/market`)
    const card = manager.locator('.prv .card')
    await card.getByText('Winter <script>alert(1)</script> market').waitFor()
    await card.getByText('127.0.0.1').waitFor()
    assert.ok(await card.locator('img').evaluate(img => img.decode().then(() => img.naturalWidth === 60)))
    await manager.getByLabel('Title of the card').fill('The winter market')
    await button(manager, 'Save the card').click()
    await card.getByText('The winter market').waitFor()
    await looksRight(manager, 'a link card', { each: async width => {
      await manager.locator('#card').scrollIntoViewIfNeeded()
      await shoot(manager, `link-card-${width}`)
    } })
    await tickAll(manager)
    await button(manager, 'Validate').click()
    await button(manager, 'Publish now').click()
    const found = await until('it stands on the network', async () => {
      const all = (await brand.posts()).filter(it => it.value.text.includes(text))
      return all.length > 0 && all
    }, 90)
    assert.equal(found.length, 1)
    const { $type, external } = found[0].value.embed
    assert.equal($type, 'app.bsky.embed.external')
    assert.deepEqual([external.uri, external.title, external.description], [`http://${home}/market`, 'The winter market', 'Five weekends, forty stalls'])
    assert.equal(external.thumb.mimeType, 'image/png')
    noFaults(manager)
  })

  test('gives way to a picture of the post, is taken away at one press, and a validated post is looked at again', async () => {
    const address = await brought(house, manager, manager, `Other ${word()}`, 'team')
    await manager.locator('#text').fill('Come to the market')
    await manager.locator('[name=to]').first().check()
    await button(manager, 'Save and hand over').click()
    await until('it waits to be validated', async () => await manager.locator('button.ck:not([disabled])').count() > 0)
    await tickAll(manager)
    await make(`http://${home}/market`)
    await manager.locator('.prv .card').waitFor()
    assert.equal(await manager.locator('button.ck[aria-checked=true]').count(), 0, 'what was read is to be read again')
    await manager.locator('summary', { hasText: 'Add a picture' }).click()
    await manager.locator('[name=picture][type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: square(40, [30, 60, 200]) })
    await manager.locator('form[enctype] [name=alt]').fill('A blue square')
    await manager.locator('form[enctype] button').click()
    await manager.getByText('leave in place of the card').waitFor()
    assert.equal(await manager.locator('.prv .card').count(), 0)
    await button(manager, 'Remove the card').click()
    await manager.getByText('No card: the link leaves').waitFor()
    noFaults(manager)
  })
})
