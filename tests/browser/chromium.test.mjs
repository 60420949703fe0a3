// The browser tests stand on these: a page opens in Chromium, and axe-core finds a fault that is there.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import axe from 'axe-core'
import { chromium } from 'playwright-core'

let browser
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
})
after(() => browser?.close())

async function violations(html) {
  const page = await browser.newPage()
  await page.setContent(html)
  await page.evaluate(axe.source)
  const result = await page.evaluate(() => globalThis.axe.run())
  await page.close()
  return result.violations.map(violation => violation.id)
}

test('an image without alternative text is found by axe-core', async () => {
  const found = await violations('<html lang="fr"><title>t</title><main><h1>t</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')
  assert.deepEqual(found, ['image-alt'])
})

test('a sound page has no violation', async () => {
  const found = await violations('<html lang="fr"><title>t</title><main><h1>t</h1><p>Bonjour')
  assert.deepEqual(found, [])
})
