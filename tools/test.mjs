// `npm test`: installs what is missing, Debian packages included, and runs all tests.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages, must, root } from './install.mjs'

/** Real services that tests talk to, and how to see that they are there. */
const DEBIAN_PACKAGES = [
  { name: 'postgresql', present: hasPostgresServer },
  { name: 'openssl', present: () => spawnSync('openssl', ['version']).status === 0 },
  { name: 'softhsm2', present: () => existsSync('/usr/bin/softhsm2-util') },
  { name: 'pcscd', present: () => existsSync('/usr/sbin/pcscd') },
  {
    name: 'vsmartcard-vpcd',
    present: () => existsSync('/usr/lib/pcsc/drivers/serial/libifdvpcd.so'),
  },
  { name: 'opensc', present: () => existsSync('/usr/bin/opensc-tool') },
  { name: 'pcsc-tools', present: () => existsSync('/usr/bin/scriptor') },
  { name: 'hledger', present: () => existsSync('/usr/bin/hledger') },
  { name: 'ledger', present: () => existsSync('/usr/bin/ledger') },
  { name: 'beancount', present: () => existsSync('/usr/bin/bean-check') },
  { name: 'nats-server', present: () => existsSync('/usr/sbin/nats-server') },
  { name: 'rabbitmq-server', present: () => existsSync('/usr/sbin/rabbitmq-server') },
  { name: 'chromium', present: () => existsSync('/usr/bin/chromium') },
]

installPackages()
installDebianPackages()
must('npx', ['vitest', 'run', ...process.argv.slice(2)])

function hasPostgresServer() {
  const base = '/usr/lib/postgresql'
  return (
    existsSync(base) &&
    readdirSync(base).some((version) => existsSync(join(base, version, 'bin/postgres')))
  )
}

function installDebianPackages() {
  const missing = DEBIAN_PACKAGES.filter(({ present }) => !present()).map(({ name }) => name)
  if (missing.length === 0) return
  const apt = aptCommand()
  if (apt === undefined) {
    process.stderr.write(`tests need these Debian packages: apt-get install ${missing.join(' ')}\n`)
    process.exit(1)
  }
  const [program, ...before] = apt
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const quiet = { cwd: root, env, stdio: ['ignore', 2, 2] }
  must(program, [...before, 'update', '-qq'], quiet)
  must(program, [...before, 'install', '-y', '-qq', '--no-install-recommends', ...missing], quiet)
}

/** How packages can be installed here: as root, by sudo without a question, or not at all. */
function aptCommand() {
  if (!existsSync('/usr/bin/apt-get')) return undefined
  if (process.getuid?.() === 0) return ['apt-get']
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', 'apt-get'] : undefined
}
