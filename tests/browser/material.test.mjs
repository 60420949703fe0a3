// The library by three people in three browsers: a creative brings pictures from a phone, in French; a writer puts one into a
// post, in English; the community manager sees that its rights have ended, and that it can't go into another post.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { brought, button, invite } from './editorial.mjs'
import { square } from './picture.mjs'
import { findings, House, launch, noFaults, shoot, until, visitor } from './support.mjs'

const PHONE = { locale: 'fr-FR', viewport: { width: 390, height: 844 }, hasTouch: true }
const file = (name, side, colour) => ({ name, mimeType: 'image/png', buffer: square(side, colour) })

let browser, house, writer, creative, manager, picture, post
before(async () => {
  browser = await launch()
  house = await House.open()
  const boss = await visitor(browser, house.base)
  await house.setUp(boss)
  writer = await invite(browser, house, boss, 'Wanda Words', 'specialist')
  creative = await invite(browser, house, boss, 'Cléo Visuelle', 'creative', PHONE)
  manager = await invite(browser, house, boss, 'Cam Manager', 'community_manager')
})
after(async () => { await browser?.close(); await house?.close() })

test('a creative brings pictures from a phone, and the same file again opens the one that is there', async () => {
  await creative.goto(`${house.base}/speak`)
  await creative.locator('main a[href="/material"]').click()
  await creative.waitForURL('**/material')
  await creative.locator('summary', { hasText: 'Apporter des images' }).click()
  await creative.locator('[name=theme]').last().fill('Coulisses')
  await creative.locator('[name=file]').setInputFiles([file('cabine_nuit.png', 600, [20, 30, 60]), file('rideau-rouge.png', 601, [160, 30, 40])])
  await creative.locator('main form[enctype] button').click()
  await creative.locator('figure', { hasText: 'cabine nuit' }).waitFor()
  await creative.locator('figure', { hasText: 'rideau rouge' }).waitFor()
  assert.deepEqual(await findings(creative), [])
  assert.ok(await creative.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than a phone')
  await shoot(creative, 'library-phone')
  await creative.locator('summary', { hasText: 'Apporter des images' }).click()
  await creative.locator('[name=file]').setInputFiles([file('encore.png', 600, [20, 30, 60])])
  await creative.locator('main form[enctype] button').click()
  await creative.waitForURL(/\/material\/[0-9a-f-]{36}/)
  picture = new URL(creative.url()).pathname
  await creative.getByText('Cette image était déjà là').waitFor()
  assert.equal(await creative.locator('main [name=title]').inputValue(), 'cabine nuit')
  await creative.locator('[name=alt_en]').fill('A projection booth at night')
  await creative.locator('[name=alt_fr]').fill('Une cabine de projection, la nuit')
  await button(creative, 'Enregistrer').click()
  await creative.getByText('Enregistré', { exact: true }).waitFor()
  assert.deepEqual(await findings(creative), [])
  noFaults(creative)
})

test('a writer puts it into a post, and its words come with it', async () => {
  post = await brought(house, writer, manager, 'Behind the curtain')
  await writer.goto(house.base + post)
  await writer.locator('summary', { hasText: 'From the library' }).click()
  await writer.locator('figure', { hasText: 'cabine nuit' }).getByRole('button', { name: /Put into the post/ }).click()
  const shown = writer.locator('.shots img[src^="/speak/"]')
  await shown.waitFor()
  assert.equal(await shown.getAttribute('alt'), 'A projection booth at night')
  assert.deepEqual(await findings(writer), [])
  await writer.goto(house.base + picture)
  await writer.getByRole('link', { name: 'Behind the curtain' }).waitFor()
  assert.equal(await writer.locator('[name=version]').count(), 0, 'it is somebody else’s to change')
  noFaults(writer)
})

test('once its rights have ended it is said on the post, and no other post takes it', async () => {
  await creative.goto(house.base + picture)
  await creative.locator('[name=until]').fill('2024-01-31')
  await button(creative, 'Enregistrer').click()
  await creative.getByText(/droits échus le/).first().waitFor()
  await manager.goto(house.base + post)
  await manager.locator('.shots .c.alert', { hasText: 'rights ended' }).waitFor()
  assert.deepEqual(await findings(manager), [])
  const other = await brought(house, writer, manager, 'A red curtain')
  await writer.goto(house.base + other)
  await writer.locator('summary', { hasText: 'From the library' }).click()
  await writer.locator('figure', { hasText: 'rideau rouge' }).waitFor()
  assert.equal(await writer.locator('figure', { hasText: 'cabine nuit' }).count(), 0)
  // The file itself, uploaded past the library, is known by its bytes.
  await writer.locator('summary', { hasText: 'Add a picture' }).click()
  await writer.locator('[name=picture]').setInputFiles(file('mine.png', 600, [20, 30, 60]))
  await writer.locator('form[action$="/picture"] button').click()
  await until('it is refused in words', async () => (await writer.locator('[data-problem]').textContent().catch(() => ''))?.includes('rights to this picture end'))
  writer.faults = writer.faults.filter(it => !it.includes('422'))
  noFaults(writer)
  noFaults(manager)
})
