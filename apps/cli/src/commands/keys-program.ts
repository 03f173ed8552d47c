import { KEY_SCHEMES, KEY_STATES } from '@unifare/crypto'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { run } from '../output.ts'

const REF = 'scheme.issuer.use.index.version.algorithm, as mot.30000001.tac.0.1.3des'
const COMPONENTS = { min: 2, max: 9 } as const

/** `unifare keys`: for key officers. Secrets are typed without echo, never given as options. */
export function addKeysProgram(program: Command): void {
  const keys = program
    .command('keys')
    .description('keys of card companies and centres: ceremony, states, rotation')

  onStore(keys.command('list'))
    .description('references, states and check values of all keys')
    .action((options) => go(async () => (await import('./keys/list-keys.ts')).listKeys(options)))

  onStore(keys.command('ceremony'))
    .description('put a master key together from components of several custodians, at one terminal')
    .argument('<key>', REF)
    .addOption(
      new Option('--components <n>', 'how many custodians bring one each')
        .argParser(components)
        .makeOptionMandatory(),
    )
    .option('--new', 'no check value of the whole key is on paper yet: all custodians note it down')
    .option('--minutes <folder>', 'where the minutes go', '.unifare/minutes')
    .action((key, options) =>
      go(async () => (await import('./keys/ceremony.ts')).holdCeremony(key, options)),
    )

  keys
    .command('minutes')
    .description('check that the minutes of a ceremony were not altered, and show them')
    .argument('<file>', 'minutes, JSON')
    .addOption(json())
    .action((file, options) =>
      go(async () => (await import('./keys/show-minutes.ts')).showMinutes(file, options)),
    )

  byTwo(onStore(keys.command('generate')))
    .description('make a new random key inside the store; it is not active yet')
    .argument('<key>', REF)
    .action((key, options) =>
      go(async () => (await import('./keys/change-keys.ts')).generateKey(key, options)),
    )

  byTwo(onStore(keys.command('state')))
    .description('take a key to its next state')
    .argument('<key>', REF)
    .argument('<state>', KEY_STATES.slice(1).join(', '))
    .option('--kcv <hex>', 'check value of the key, to destroy it')
    .action((key, state, options) =>
      go(async () => (await import('./keys/change-keys.ts')).changeState(key, state, options)),
    )

  byTwo(onStore(keys.command('rotate')))
    .description('let the next version issue; the versions before it only verify from now on')
    .argument('<key>', REF)
    .action((key, options) =>
      go(async () => (await import('./keys/change-keys.ts')).rotate(key, options)),
    )
}

function go(command: () => Promise<number>): Promise<void> {
  return run(command)
}

function json(): Option {
  return new Option('--json', 'print one JSON document on standard output')
}

/** Options of every command that opens a store. */
function onStore(command: Command): Command {
  return command
    .addOption(json())
    .option('--store <file>', 'encrypted key file', '.unifare/keys.json')
    .option('--token <label>', 'a PKCS#11 token instead of a key file')
    .addOption(
      new Option('--scheme <name>', 'key system of the token').choices(KEY_SCHEMES).default('mot'),
    )
    .option('--library <file>', 'PKCS#11 library; SoftHSM where Debian puts it when not given')
}

/** The people who answer for a change. */
function byTwo(command: Command): Command {
  return command.option(
    '--by <name>',
    'who answers for it; give it for each of two people',
    (name: string, before: readonly string[]) => [...before, name],
    [],
  )
}

function components(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= COMPONENTS.min && count <= COMPONENTS.max) return count
  throw new InvalidArgumentError(
    `from ${COMPONENTS.min} to ${COMPONENTS.max}: one person alone never makes a key`,
  )
}
