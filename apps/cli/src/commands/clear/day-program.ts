import { KEY_SCHEMES } from '@unifare/crypto'
import { type Command, Option } from 'commander'
import { run } from '../../output.ts'
import { whole } from '../../whole.ts'

/** `unifare clear day`: a closed day, cleared again from its journal on columns. */
export function addClearDay(clear: Command): void {
  clear
    .command('day')
    .description('clear a closed day of a centre again from its intake journal 按日重新清算')
    .argument('<day>', 'business day, YYYY-MM-DD')
    .option('--data <folder>', 'data folder of a network that has ended', '.unifare/network')
    .option('--work <folder>', 'folder of the cleared days; "clearing" in the data folder without')
    .option('--party <id>', 'which centre, where the folder has several; the highest without')
    .option('--check', 'compare every verdict and position with what its close said 核对')
    .option('--archive <folder>', 'write its verdict rows as Parquet into a folder 归档')
    .addOption(new Option('--threads <n>', 'threads; one a core without').argParser(whole(1, 256)))
    .addOption(
      new Option(
        '--database <urls>',
        'PostgreSQL with the jobs: workers that see the folder clear the day 任务表',
      ).conflicts(['seed', 'store', 'token']),
    )
    .addOption(
      new Option(
        '--seed <text>',
        'keys of a demonstration: the seed that it was started with',
      ).conflicts(['store', 'token']),
    )
    .addOption(
      new Option(
        '--store <file>',
        'encrypted key file; its passphrase is in UNIFARE_PASSPHRASE',
      ).conflicts(['seed', 'token']),
    )
    .addOption(
      new Option('--token <label>', 'PKCS#11 token 密码机; its PIN is in UNIFARE_PIN').conflicts([
        'seed',
        'store',
      ]),
    )
    .addOption(
      new Option('--scheme <scheme>', 'whose keys the token holds')
        .choices(KEY_SCHEMES)
        .default('mot'),
    )
    .option('--library <file>', 'library of the token')
    .addOption(
      new Option('--lang <language>', 'language of the figures')
        .choices(['en', 'zh'])
        .default('en'),
    )
    .addOption(new Option('--json', 'print one JSON document on standard output'))
    .action((day, options) =>
      run(async () => (await import('./clear-day.ts')).clearDay(day, options)),
    )
}
