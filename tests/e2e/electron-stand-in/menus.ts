export interface Item {
  readonly label?: string;
  readonly role?: string;
  readonly type?: string;
  readonly accelerator?: string;
  readonly enabled?: boolean;
  readonly click?: () => void;
  readonly submenu?: readonly Item[];
}

export class Menu {
  static application: Menu | null = null;
  readonly items: readonly Item[];
  constructor(items: readonly Item[]) {
    this.items = items;
  }
  static buildFromTemplate(items: readonly Item[]): Menu {
    return new Menu(items);
  }
  static setApplicationMenu(menu: Menu | null): void {
    Menu.application = menu;
  }
}

function withSubmenus(items: readonly Item[]): readonly Item[] {
  return items.flatMap((item) => [item, ...withSubmenus(item.submenu ?? [])]);
}

/** What a click on that item would do. Throws where there is none, or it is greyed out. */
export function clickItem(items: readonly Item[], label: string): void {
  const item = withSubmenus(items).find((one) => one.label === label);
  if (item?.click === undefined || item.enabled === false) throw new Error(`no such item: ${label}`);
  item.click();
}

export class Tray {
  static readonly all = new Set<Tray>();
  image: string;
  toolTip = '';
  menu: Menu | null = null;
  constructor(image: string) {
    if (process.env.KEYHARBOR_STAND_IN_TRAY === 'none') throw new Error('no tray here');
    this.image = image;
    Tray.all.add(this);
  }
  on = (_event: string, _listener: () => void) => this;
  setImage = (image: string) => void (this.image = image);
  setToolTip = (text: string) => void (this.toolTip = text);
  setContextMenu = (menu: Menu) => void (this.menu = menu);
  destroy = () => void Tray.all.delete(this);
}

export const nativeTheme = { shouldUseDarkColors: false };
