// A launch in the demonstration: a dossier is begun, a question is answered in it and validated, the launch is opened, and
// the answer is suggested beside a conversation that asks for it, put in by a key, sent by a person and counted.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demonstration, findings, looksRight, noFaults, until } from './support.mjs'

const QUESTION = 'An amount is pending on my account, am I charged?'
const ANSWER = 'No: what is pending is no charge, and your seats are kept.'
let page, stage, dossier
before(async () => { stage = await demonstration(); ({ page } = stage) })
after(async () => { await stage?.close() })

async function add(kind, fields) {
  await page.goto(`${dossier}/new/${kind}`)
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`main [name=${name}]`)
    if (await field.evaluate(it => it.tagName) === 'SELECT') await field.selectOption(value)
    else await field.fill(value)
  }
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(url => url.href.split('#')[0] === dossier)
}

test('a dossier is begun and filled, and its pages can be read by everybody', async () => {
  await page.locator('nav.rail a[href="/launches"]').click()
  await page.waitForURL('**/launches')
  assert.deepEqual(await findings(page), [])
  await page.locator('a[href="/launches/new"]').click()
  await page.waitForURL('**/launches/new')
  assert.deepEqual(await findings(page), [])
  await page.locator('[name=name]').fill('The lantern walk')
  await page.locator('[name=day]').fill('2030-06-21')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(/\/launches\/[0-9a-f-]{36}/)
  dossier = page.url().split('#')[0]
  await add('angle', { title: 'Who lights the lanterns' })
  await add('problem', { title: 'Rain', likely: 'possible', grave: 'serious' })
  await add('faq', { title: QUESTION, text: ANSWER, language: 'en', audience: 'external' })
  await add('meeting', { title: 'With the town', day: '2030-06-01', hour: '10:00' })
  await looksRight(page, 'the dossier')
})

test('a post is brought for the launch, stands in its dossier with what it lacks, and on the calendar with its name', async () => {
  await page.getByRole('link', { name: 'New post for this launch' }).click()
  await page.waitForURL('**/speak/new?launch=*')
  assert.equal(await page.locator('main select[name=launch] option:checked').textContent(), 'The lantern walk')
  assert.deepEqual(await findings(page), [])
  await page.locator('[name=title]').fill('Bring a lantern')
  await page.locator('main [name=at]').fill('2030-06-12T18:00')
  await page.getByRole('button', { name: 'Bring the idea' }).click()
  await page.waitForURL(/\/speak\/[0-9a-f-]{36}/)
  assert.deepEqual(await findings(page), [])
  await page.locator('.intent a', { hasText: 'The lantern walk' }).click()
  await page.waitForURL(url => url.href.split('#')[0] === dossier)
  const line = page.locator('#posts .li', { hasText: 'Bring a lantern' })
  assert.match(await line.textContent(), /6.00\spm.*Missing: .*validation.*Idea/su)
  assert.doesNotMatch(await line.textContent(), /hour/, 'it has one')
  await page.goto(`${stage.demo.base}/launches`)
  assert.match(await page.locator('.li', { hasText: 'The lantern walk' }).textContent(), /one post/)
  assert.match(await page.locator('.li', { hasText: 'Nébuleuse, the opening' }).textContent(), /4 posts/)
  for (const view of ['month', 'week', 'list']) {
    await page.goto(`${stage.demo.base}/calendar?view=${view}&at=2030-06-12`)
    const place = view === 'list' ? page.locator('p', { hasText: 'Bring a lantern' }) : page.locator('[data-day="2030-06-12"] a.e', { hasText: 'Bring a lantern' })
    assert.match(await place.textContent(), /The lantern walk/)
    assert.deepEqual(await findings(page), [])
  }
  await page.goto(`${stage.demo.base}/speak`)
  assert.match(await page.locator('[data-card]', { hasText: 'Bring a lantern' }).textContent(), /The lantern walk/)
  await page.locator('main select[name=launch]').selectOption({ label: 'The lantern walk' })
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.waitForURL('**/speak?*launch=*')
  await until('its posts only are shown', async () => await page.locator('[data-card]').count() === 1)
  assert.equal(await page.locator('main select[name=launch] option:checked').textContent(), 'The lantern walk')
  await looksRight(page, 'the board of a launch')
  await page.locator('[data-card] h3 a', { hasText: 'Bring a lantern' }).click()
  await page.getByText('Change the idea').click()
  await page.locator('main select[name=launch]').selectOption({ label: 'None' })
  await page.getByRole('button', { name: 'Save the idea' }).click()
  await until('it is of none', async () => await page.locator('.intent a', { hasText: 'The lantern walk' }).count() === 0)
  await page.goto(dossier)
  assert.equal(await page.locator('#posts .li').count(), 0)
  noFaults(page)
})

test('the calendar shows the launch and its meeting on their days', async () => {
  await page.goto(`${stage.demo.base}/calendar?at=2030-06-10`)
  assert.equal(await page.locator('[data-day="2030-06-21"] a', { hasText: 'The lantern walk' }).getAttribute('href'), new URL(dossier).pathname)
  assert.match(await page.locator('[data-day="2030-06-21"]').getAttribute('data-warns'), /The lantern walk/)
  assert.match(await page.locator('[data-day="2030-06-01"] a', { hasText: 'With the town' }).getAttribute('title'), /10.00/u)
  assert.deepEqual(await findings(page), [])
  await page.goto(dossier)
})

test('an answer is validated, an edit takes that back, and it is validated anew', async () => {
  const validate = () => page.locator('#faq').getByRole('button', { name: 'Validate' }).click()
  await validate()
  await until('it is validated', async () => await page.locator('#faq .c.ok').count() === 1)
  await page.getByRole('link', { name: QUESTION }).click()
  await page.waitForURL('**/entries/**')
  assert.deepEqual(await findings(page), [])
  await page.locator('main [name=text]').fill(`${ANSWER} Bring a card.`)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(url => url.href.split('#')[0] === dossier)
  assert.equal(await page.locator('#faq .c.ok').count(), 0)
  await validate()
  await until('it is validated', async () => await page.locator('#faq .c.ok').count() === 1)
})

test('once the launch is open, the answer is suggested, put in by a key, sent by a person, and counted', async () => {
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await until('it is open', async () => await page.getByRole('button', { name: 'Close', exact: true }).count() === 1)
  await page.goto(`${stage.demo.base}/inbox`)
  await page.locator('a.cv', { hasText: 'pending' }).first().click()
  const suggested = page.locator('.suggests .li', { hasText: 'Bring a card.' })
  await suggested.waitFor()
  assert.match(await suggested.textContent(), /pending/, 'the words for which it is suggested are said')
  assert.deepEqual(await findings(page), [])
  await page.keyboard.press('y')
  const box = page.locator('textarea[name=text]').first()
  await until('it stands in the box', async () => (await box.inputValue()).includes(`${ANSWER} Bring a card.`))
  // The suggestion says the same as the message: what is waited for is that it was taken.
  const taken = page.waitForResponse(it => it.request().method() === 'POST' && it.url().includes('/reply'))
  await page.locator('form[action*="/reply"] button.p').first().click()
  await taken
  await until('its use is counted', async () => { await page.goto(dossier); return /1|one/.test(await page.locator('#faq .li .meta').allTextContents().then(it => it.join(' '))) })
  noFaults(page)
})

test('what was foreseen is laid beside what came, and what nobody foresaw goes into the dossier', async () => {
  await page.goto(`${dossier}/outcome`)
  await page.getByText('No watch listens to this launch').waitFor()
  await page.getByRole('link', { name: 'Edit', exact: true }).click()
  await page.getByLabel('Its watch').selectOption({ label: 'Ticketing' })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(dossier)

  await page.goto(`${stage.demo.base}/launches`)
  await page.getByRole('link', { name: 'Nébuleuse, the opening' }).click()
  await page.getByRole('link', { name: 'Foreseen and came' }).click()
  await page.waitForURL('**/outcome')
  assert.match(await page.locator('.say').innerText(), /of (the )?2 problems foreseen came\. \d+ of \d+ messages had been foreseen/)
  await looksRight(page, 'what came')
  // Every figure leads to its messages.
  await page.locator('main summary').first().click()
  const quote = page.locator('main details[open] a[href^="/inbox/"]').first()
  const href = await quote.getAttribute('href')
  await quote.click()
  await page.waitForURL(`**${href}**`)
  noFaults(page)
})
