// Started by start.sh, and again by a test that killed it: the PDS whose accounts the AppView shows. What it knows is in files, so it comes back as it was.
import { readFileSync } from 'node:fs'
import { TestPds, mockResolvers } from '@atproto/dev-env'

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const network = JSON.parse(readFileSync(`${settings.folder}/network.json`, 'utf8'))
const pds = await TestPds.create({
  port: settings.pds, hostname: 'localhost', didPlcUrl: network.plc, bskyAppViewUrl: network.appview, bskyAppViewDid: network.appview_did,
  dataDirectory: `${settings.folder}/pds/data`, blobstoreDiskLocation: `${settings.folder}/pds/blobs`, plcRotationKeyK256PrivateKeyHex: '7'.repeat(64),
})
mockResolvers(pds.ctx.idResolver, pds)
process.on('SIGTERM', () => process.exit(0))
