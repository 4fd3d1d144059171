"""Invented names of the demo district's communities and villages."""

from collections.abc import Iterator

_URBAN = frozenset({"城东", "城西", "山头", "开发区", "风景区"})
_NAMES = {
    "城东": "陶镇 颜灯 瓷坊 青釉 孝妇桥 税务巷 银杏里 珠琴 后峪口 灯塔里 琉璃巷 文姜桥",
    "城西": "新坦 窑广里 柳巷 槐荫 西冶里 双碑 大观园里 赵庄口 四十亩 白虎巷 凤凰里 北岭下",
    "山头": "颜北 古窑 匣钵巷 河北里 乐疃口 新博里 水印 白瓷巷 南神头里 樵岭口 土门口 雁门里",
    "域城": "青石崖 北域 桃花泉 西域 石炭口 大峪 柏树屯 昝家口 岜山下 杏花坪 山机里 龙泉庄",
    "白塔": "塔影 塔前 小庄头 大海眼口 饮马泉 松屯 赵家台 麦田里 石榴口 北万山下 罗圈峪 柳湾",
    "夏家庄": "柳杭 五松峪 峨眉下 良庄口 涧西里 窝疃口 矾场里 桃园里 双山下 东坡里 秋谷口 虎头崖",
    "开发区": "创新 平安里 海眼 和平里 金晶口 柳杭北 工业里 珑山下 齐陶 翡翠里 乐山 望塔",
    "八陡": "福山下 青石关口 东顶 增福 石炭坞口 北峰下 向阳 虎头里 黑山前 金坑 阿陵口 苏家沟口",
    "石马": "芦家台 中石 桥东 蛟龙口 盆泉口 南沙井 淄井下 朱家岭 五阳湖畔 响泉庄 焦家坪 西沙井",
    "博山镇": "五福峪口 朱家南庄 上松峪 下松峪 邀兔口 莲花泉 天门峪 洪峪 南邢口 北邢口 郭庄台 青杨口",
    "源泉": "泉河头 麻庄口 岱西庄 郑家口 黄崖 东高庄 南崮下 北崮下 猕桃园 西山根 天星湖畔 源东",
    "池上": "鲁山下 戴家口 花溪 板桥 李家台 听泉峪 上青 小峰口 王疃口 中郝峪口 大里 雁头 石臼 杨峪",
    "风景区": "樵岭前口 凤凰山下 赵庄前 和尚房口 峪口里 白石洞口 原山麓 夹山口 石门里 望鲁台 松云 叠翠",
}


def community_stems(station: str) -> list[str]:
    """The bare names of a station's communities, in order; the drawing uses the first ones."""
    return _NAMES[station].split()


def community_names(station: str, count: int) -> Iterator[tuple[int, str]]:
    """(last three digits, name) of `count` communities: residents' 001 on, villages' 201 on, as the statistical code has it."""
    urban = station in _URBAN
    for serial, name in enumerate(community_stems(station)[:count], 1 if urban else 201):
        yield serial, name + ("社区" if urban else "村")
