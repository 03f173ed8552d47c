import beijing from '../data/beijing.json' with { type: 'json' }
import chengdu from '../data/chengdu.json' with { type: 'json' }
import chongqing from '../data/chongqing.json' with { type: 'json' }
import foshan from '../data/foshan.json' with { type: 'json' }
import guangzhou from '../data/guangzhou.json' with { type: 'json' }
import hangzhou from '../data/hangzhou.json' with { type: 'json' }
import nanjing from '../data/nanjing.json' with { type: 'json' }
import shanghai from '../data/shanghai.json' with { type: 'json' }
import shenzhen from '../data/shenzhen.json' with { type: 'json' }
import wuhan from '../data/wuhan.json' with { type: 'json' }
import xian from '../data/xian.json' with { type: 'json' }

/** The cities' files as they are, one list of tariffs a city; only the catalogue reads them. */
export const tariffFiles: readonly (readonly unknown[])[] = [
  beijing,
  shanghai,
  guangzhou,
  foshan,
  shenzhen,
  wuhan,
  xian,
  chongqing,
  chengdu,
  hangzhou,
  nanjing,
]
