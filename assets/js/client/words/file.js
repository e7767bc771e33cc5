/** Words about files, in both languages. */
export const en = {
  'file.picture': 'Picture',
  'file.save': 'Save {name}',
  'file.several': { one: '{n} file', other: '{n} files' },
};

/** @type {Record<keyof typeof en, string | {one?: string, other: string}>} */
export const zh = {
  'file.picture': '图片',
  'file.save': '保存{name}',
  'file.several': { other: '{n} 个文件' },
};
