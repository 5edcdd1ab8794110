/** What the frame around a page says, in each language. */
import type { DefaultTheme } from 'vitepress';

/** English. */
export const english = {
  description: "Keep your members' cards in the AlipayHK app up to date from your own code.",
  themeConfig: {
    nav: [
      { text: 'A first update', link: '/first-update' },
      { text: 'Errors', link: '/errors' },
      { text: 'API', link: '/reference/' },
    ],
    outline: { level: [2, 3] },
  } satisfies DefaultTheme.Config,
};

/** Traditional Chinese as Hong Kong writes it. */
export const chinese = {
  description: '由你自己的程式更新會員在 AlipayHK 應用程式內的會員卡。',
  themeConfig: {
    nav: [
      { text: '首次更新', link: '/zh-Hant/first-update' },
      { text: 'API（英文）', link: '/reference/' },
    ],
    sidebar: [
      {
        text: '開始',
        items: [
          { text: '簡介', link: '/zh-Hant/' },
          { text: '首次更新', link: '/zh-Hant/first-update' },
        ],
      },
      {
        text: '英文文件',
        items: [
          { text: '密鑰', link: '/keys' },
          { text: '加密', link: '/encryption' },
          { text: '錯誤', link: '/errors' },
          { text: '接收 AlipayHK 的呼叫', link: '/webhooks' },
          { text: '沙盒測試', link: '/sandbox' },
          { text: 'API', link: '/reference/' },
        ],
      },
    ],
    outline: { level: [2, 3], label: '本頁內容' },
    docFooter: { prev: '上一頁', next: '下一頁' },
    darkModeSwitchLabel: '外觀',
    lightModeSwitchTitle: '切換至淺色模式',
    darkModeSwitchTitle: '切換至深色模式',
    sidebarMenuLabel: '目錄',
    returnToTopLabel: '返回頁首',
    langMenuLabel: '更改語言',
    skipToContentLabel: '跳至內容',
    notFound: {
      title: '找不到頁面',
      quote: '沒有這個網址的頁面。',
      linkLabel: '返回首頁',
      linkText: '返回首頁',
    },
  } satisfies DefaultTheme.Config,
  search: {
    button: { buttonText: '搜尋', buttonAriaLabel: '搜尋' },
    modal: {
      displayDetails: '顯示詳情',
      resetButtonTitle: '清除',
      backButtonTitle: '關閉',
      noResultsText: '找不到結果：',
      footer: {
        selectText: '選取',
        selectKeyAriaLabel: 'Enter 鍵',
        navigateText: '移動',
        navigateUpKeyAriaLabel: '向上鍵',
        navigateDownKeyAriaLabel: '向下鍵',
        closeText: '關閉',
        closeKeyAriaLabel: 'Esc 鍵',
      },
    },
  },
};
