// The journey of a certificate with the npm package `zerossl`, as it comes.
//
// SANDBOX, MANAGEMENT: the base URLs; ACCESS_KEY: the key.

const assert = require('node:assert')
const { ZeroSSL } = require('zerossl')

const { SANDBOX, MANAGEMENT, ACCESS_KEY } = process.env
const zerossl = new ZeroSSL({ accessKey: ACCESS_KEY, apiUrl: SANDBOX })

async function manage(path, body) {
  const response = await fetch(MANAGEMENT + path, body && { method: 'POST', body: JSON.stringify(body) })
  const answer = await response.json()
  assert.ok(!answer.error, answer.error)
  return answer
}

function request(commonName) {
  const keys = zerossl.generateKeyPair(2048)
  return zerossl.generateCSR(keys, {
    commonName,
    country: 'AT',
    state: 'Vienna',
    locality: 'Vienna',
    organization: 'Example',
    organizationUnit: 'IT',
    email: 'admin@example.com'
  })
}

function create(domain) {
  return zerossl.createCertificate({
    domains: [domain],
    csr: request(domain),
    validityDays: 90,
    strictDomains: true
  })
}

async function main() {
  const csr = await zerossl.validateCSR(request('example.com'))
  assert.strictEqual(csr.valid, true)

  // By a CNAME record: issued, downloaded, revoked.
  const first = await create('example.com')
  assert.strictEqual(first.status, 'draft')
  const values = first.validation.other_methods['example.com']
  await manage('/records', { name: values.cname_validation_p1, type: 'CNAME', value: values.cname_validation_p2 })
  const verified = await zerossl.verifyDomains(first.id, { validation_method: 'CNAME_CSR_HASH' })
  assert.strictEqual(verified.status, 'pending_validation')
  assert.strictEqual((await zerossl.getCertificate(first.id)).status, 'issued')
  const files = await zerossl.downloadCertificate(first.id)
  assert.match(files['certificate.crt'], /^-----BEGIN CERTIFICATE-----/)
  assert.match(files['ca_bundle.crt'], /^-----BEGIN CERTIFICATE-----/)

  // Given up.
  const second = await create('example.net')
  assert.strictEqual(await zerossl.cancelCertificate(second.id), true)
  await assert.rejects(zerossl.cancelCertificate(second.id), /2834/)
  await assert.rejects(zerossl.getCertificate('none'), /2803 \(certificate_not_found\)/)
  await assert.rejects(zerossl.deleteCertificate(second.id))

  // By e-mail.
  const third = await create('example.org')
  await zerossl.verifyDomains(third.id, { validation_method: 'EMAIL', validation_email: 'admin@example.org' })
  assert.strictEqual((await zerossl.verificationStatus(third.id)).validation_completed, 0)
  assert.strictEqual(await zerossl.resendVerification(third.id), true)
  const mails = await manage('/mails')
  await manage(`/mails/${mails[mails.length - 1].token}/answer`)
  assert.strictEqual((await zerossl.verificationStatus(third.id)).validation_completed, 1)

  const list = await zerossl.listCertificates({ certificate_status: 'issued', limit: 10, page: 1 })
  assert.strictEqual(list.total_count, 2)
  // It has no operation for this, though its table of errors does.
  const query = `access_key=${ACCESS_KEY}`
  const revoked = await fetch(`${SANDBOX}/certificates/${first.id}/revoke?${query}`, { method: 'POST' })
  assert.deepStrictEqual(await revoked.json(), { success: 1 })
  console.log('done')
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
