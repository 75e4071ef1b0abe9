"""The words by which artists name feelings and occasions: English, Japanese, Korean, Chinese, and their romanisations.

Words of Latin letters are compared with whole words of a name, the others are looked for anywhere in it.
"""

from __future__ import annotations

from collections.abc import Mapping

EMOTION_WORDS: Mapping[str, str] = {
    "neutral": """
        neutral normal default usual plain base none reset calm idle tsujo tsuujou futsu futsuu mahyojo magao
        moren putong zhengchang pingjing gibon muphyojeong
        通常 普通 無表情 デフォルト ノーマル 基本 真顔 平常 ふつう
        기본 무표정 보통 평상시 默认 默認 正常 平静 一般 无表情""",
    "joy": """
        joy joyful happy happiness smile smiling smiley laugh laughing laughter fun glad delight delighted grin cheerful
        excited pleased love lovely yay kirakira egao warai warau ureshii tanoshii niko nikori nikoniko yorokobi
        kaixin gaoxing weixiao xiao daxiao xiyue kuaile haengbok useum gippeum miso
        笑 笑顔 笑い 喜 喜び 嬉 楽し にこ にっこり ニコ ニッコリ わらい うれし たのし キラキラ
        ハート 星目 하트 별눈 반짝 星星眼 爱心 愛心
        웃음 웃는 웃기 미소 기쁨 기쁜 행복 즐거 신남 신난 开心 開心 高兴 高興 微笑 大笑 快乐 快樂 喜悦 愉快""",
    "smirk": """
        smirk smirking sly wink winking mischief mischievous tease teasing smug confident naughty cheeky proud sneer
        niya niyari niyaniya doya doyagao itazura tokui yoyuu huaixiao deyi zhayan tiaopi jiaohua wingkeu
        にや ニヤ ドヤ どや ウインク ウィンク 得意 企み 企む 余裕 いたずら 悪戯
        씨익 윙크 능글 장난 히죽 음흉 의기양양 썩소 坏笑 壞笑 眨眼 调皮 調皮 狡猾 腹黑""",
    "anger": """
        anger angry mad rage annoyed irritated irritation furious fury upset pout pouting frown grumpy
        ikari okori oko okoru punpun mukatsuku fukigen fukure shengqi fennu nu naohuo hwanam bunno
        怒 怒り おこ ぷんぷん プンプン むっ ムッ ムカ 不機嫌 膨れ ふくれ
        화남 화난 화내 분노 짜증 삐짐 生气 生氣 愤怒 憤怒 恼火 不爽""",
    "sadness": """
        sad sadness cry crying tear tears sorrow sorrowful depressed gloomy lonely weep weeping grief
        kanashii kanashimi naki naku namida shonbori sabishii ochikomi beishang shangxin ku kuqi nanguo liulei
        seulpeum nunmul uulham
        悲 悲しい 悲しみ 泣 涙 なみだ しょんぼり ションボリ 寂し さびし 落ち込 哀 かなし
        슬픔 슬픈 우울 눈물 울음 우는 울먹 悲伤 悲傷 伤心 傷心 哭 流泪 難過 难过 眼泪 委屈""",
    "surprise": """
        surprise surprised shock shocked astonished amazed amazement startled wow gasp odoroki odoroku bikkuri
        jingya chijing zhenjing jing nollam kkamjjak
        驚 驚き びっくり ビックリ おどろき 仰天 놀람 놀란 놀라 깜짝 충격 惊讶 驚訝 吃惊 吃驚 震惊 惊 惊喜""",
    "fear": """
        fear fearful scared scary afraid terrified terror panic panicked nervous worried worry anxious anxiety horror
        troubled sweat kowai kyofu kyoufu obie aseri aseru komari komaru fuan haipa kongju jinzhang huangzhang danxin
        museoum gongpo danghwang
        恐 恐怖 怖 怯 焦り 焦る 焦 不安 困 青ざめ 冷や汗 汗 こわい こまり あせり
        공포 무서 겁먹 두려 불안 당황 긴장 식은땀 난처 害怕 恐惧 恐懼 恐慌 紧张 緊張 担心 慌张 慌張 流汗""",
    "disgust": """
        disgust disgusted hate hatred dislike contempt eww ew sick nausea unamused disdain despise jitome akire iya
        keno ken'o keibetsu yanwu taoyan xianqi bishi wuyu hyeomo gyeongmyeol
        嫌 嫌悪 呆れ あきれ ジト目 じと目 ジト じと 軽蔑 ドン引き いや
        혐오 싫음 싫은 싫어 역겨 경멸 질색 정색 한심 白眼 厌恶 厭惡 讨厌 討厭 嫌弃 鄙视 鄙視 无语 無語 恶心""",
}

OCCASION_WORDS: Mapping[str, str] = {
    "idle": """
        idle idling wait waiting stand standing loop breath breathing home taiki machi daiji daegi
        待機 待ち アイドル 呼吸 대기 숨쉬기 待机 站立 闲置""",
    "tap": """
        tap taptap tapbody taphead touch touchbody touchhead click poke flick flickhead pinch hit pat sawaru
        タップ さわる 触 タッチ つつく なで 터치 만지 쓰다듬 点击 點擊 触摸 觸摸 摸""",
    "talk": """
        talk talking speak speaking speech say chat hanashi hanasu shaberi shaberu kaiwa shuohua jianghua
        話 喋 しゃべ はなす 会話 말하 말하기 대화 说话 說話 讲话 对话""",
}
"""For what a motion is meant."""
