"""Every word on the page, in English and in Traditional Chinese (the language of the study)."""

EN = {
    "title": "GUIE Atlas",
    "lead": "Any picture becomes 64 numbers. Pictures of the same thing lie close together: search them, see them on a"
    " map, and compare what different trainings have learnt.",
    "gallery": "{n:,} pictures · {types} object types · {classes:,} classes · gallery “{name}”",
    "search": "Search",
    "map": "Map",
    "compare": "Compare",
    "your_picture": "Your picture",
    "drop_here": "Drop or paste a picture here, or click to choose a file",
    "examples": "Or try a photograph",
    "from_gallery": "Or choose a picture of the gallery",
    "object_type": "Object type",
    "all_types": "all types",
    "others": "Show others",
    "showing": "showing {shown} of {n:,}",
    "checkpoint": "Checkpoint",
    "checkpoints": "Checkpoints",
    "k": "Neighbours (k)",
    "empty_search": "Nothing asked yet",
    "empty_search_hint": "Give a picture on the left, or pick one of the pictures below it. Its five nearest neighbours"
    " appear here.",
    "query": "Query",
    "selected": "Selected",
    "nearest": "The {k} nearest by {checkpoint}",
    "same_type": "same type",
    "other_type": "other type",
    "score": "{n} of {k} have the query's object type ({type}): {n}/{k} = {value:.1f}",
    "unknown_class": "no class",
    "nearest_types": "Object types among the nearest {n}",
    "timing": "Encoded in {encode:.0f} ms, searched {n:,} pictures in {search:.1f} ms.",
    "from_store": "Embedding from store, searched {n:,} pictures in {search:.1f} ms.",
    "similarity": "Cosine similarity: 1 is the same direction, 0 is unrelated",
    "ask_this": "Search with this picture",
    "map_hint": "Each point is a picture. Close points are similar to the model; the distance between far groups says"
    " little. Hover to look, click for neighbours; with the keyboard, arrow keys move and Enter selects.",
    "map_all": "All",
    "map_none": "None",
    "map_showing": "showing {shown} of {n}",
    "map_query": "your query",
    "map_reset": "Reset view",
    "empty_map": "Click a point: its picture and its five nearest neighbours appear here.",
    "no_webgl": "The map needs WebGL, which this browser has switched off.",
    "table_hint": "Study mP@5 asks whether the five nearest pictures show the same object type; GUIE mP@5, the official"
    " metric, and recall@1 ask for the same thing. Measured on this gallery: {protocol}. {images:,} pictures,"
    " {queries:,} queries. The default checkpoint (★) is chosen on validation classes, not on these figures.",
    "backbone": "Backbone",
    "head": "Head",
    "size": "Size",
    "parameters": "Trained parameters",
    "numbers": "numbers",
    "overall": "all",
    "metric": "Metric",
    "study_mp5": "study mP@5",
    "guie_mp5": "GUIE mP@5",
    "recall_at_1": "recall@1",
    "by_type": "{metric} by object type",
    "side_by_side": "The same query, answered side by side",
    "side_hint": "Give a picture here or on the Search tab. Checkpoints of one backbone share one pass through it.",
    "empty_compare": "No query yet: drop a picture here, or ask something on the Search tab.",
    "with_splits": "study mP@5 over query and index pictures, GUIE mP@5 and recall@1 of the queries against the index",
    "without_splits": "every picture is a query once against all others",
    "train_loss": "training loss",
    "val_loss": "validation loss",
    "pick_two": "Choose two or more checkpoints to compare.",
    "curves": "Learning curves",
    "curves_hint": "Loss on training pictures (solid) and on validation pictures of the same classes (dashed): while"
    " training, dropout makes the task harder, so the two are not measured alike.",
    "mp5_curve": "GUIE mP@5 on validation classes",
    "no_curve": "This checkpoint was computed, not trained: it has no learning curve.",
    "epoch": "epoch",
    "loss": "loss",
    "about": "About the metrics and the data: see the README and the model card in each checkpoint's folder.",
}

ZH_TW = {
    "title": "GUIE Atlas",
    "lead": "任何一張圖片都變成 64 個數字,同一種東西的圖片彼此靠近:可以搜尋、在地圖上瀏覽,"
    "並比較不同訓練方式學到了什麼。",
    "gallery": "{n:,} 張圖片 · {types} 種物件類型 · {classes:,} 個類別 · 圖庫「{name}」",
    "search": "搜尋",
    "map": "地圖",
    "compare": "比較",
    "your_picture": "你的圖片",
    "drop_here": "拖放或貼上圖片,或點擊選擇檔案",
    "examples": "或試試這些照片",
    "from_gallery": "或從圖庫選一張",
    "object_type": "物件類型",
    "all_types": "所有類型",
    "others": "換一批",
    "showing": "顯示 {n:,} 張中的 {shown} 張",
    "checkpoint": "檢查點",
    "checkpoints": "檢查點",
    "k": "鄰居數 (k)",
    "empty_search": "尚未查詢",
    "empty_search_hint": "在左側提供一張圖片,或點選下方的圖片,這裡會顯示最接近的五張。",
    "query": "查詢",
    "selected": "已選取",
    "nearest": "{checkpoint} 找到的最近 {k} 張",
    "same_type": "同類型",
    "other_type": "不同類型",
    "score": "{k} 張中有 {n} 張與查詢同類型({type}):{n}/{k} = {value:.1f}",
    "unknown_class": "無類別",
    "nearest_types": "最近 {n} 張的物件類型",
    "timing": "編碼 {encode:.0f} 毫秒,在 {n:,} 張圖片中搜尋 {search:.1f} 毫秒。",
    "from_store": "使用已存的嵌入,在 {n:,} 張圖片中搜尋 {search:.1f} 毫秒。",
    "similarity": "餘弦相似度:1 表示方向相同,0 表示無關",
    "ask_this": "用這張圖片搜尋",
    "map_hint": "每個點是一張圖片。靠近的點在模型看來相似;相隔很遠的群之間的距離沒有太多意義。"
    "滑鼠停留可預覽,點擊可看鄰居;鍵盤可用方向鍵移動、Enter 選取。",
    "map_all": "全選",
    "map_none": "全不選",
    "map_showing": "顯示 {n} 張中的 {shown} 張",
    "map_query": "你的查詢",
    "map_reset": "重設視圖",
    "empty_map": "點擊一個點:這裡會顯示該圖片與最近的五張。",
    "no_webgl": "地圖需要 WebGL,但這個瀏覽器已停用。",
    "table_hint": "研究 mP@5 問最近五張是否為相同物件類型;"
    "官方的 GUIE mP@5 與 recall@1 問是否為同一件東西。"
    "在此圖庫上測量:{protocol}。{images:,} 張圖片,{queries:,} 個查詢。"
    "預設檢查點(★)依驗證類別選出,而非依這些數字。",
    "backbone": "骨幹網路",
    "head": "轉換層",
    "size": "維度",
    "parameters": "訓練參數",
    "numbers": "個數字",
    "overall": "全部",
    "metric": "指標",
    "study_mp5": "研究 mP@5",
    "guie_mp5": "GUIE mP@5",
    "recall_at_1": "recall@1",
    "by_type": "各物件類型的 {metric}",
    "side_by_side": "同一查詢,並排回答",
    "side_hint": "在這裡或搜尋頁提供圖片。使用相同骨幹網路的檢查點只需計算一次特徵。",
    "empty_compare": "尚無查詢:在這裡放一張圖片,或先到搜尋頁查詢。",
    "with_splits": "研究 mP@5 用查詢與索引圖片;GUIE mP@5 與 recall@1 以查詢對索引",
    "without_splits": "每張圖片輪流作為查詢,與其餘圖片比較",
    "train_loss": "訓練損失",
    "val_loss": "驗證損失",
    "pick_two": "請選擇兩個以上的檢查點。",
    "curves": "學習曲線",
    "curves_hint": "訓練圖片(實線)與同類別驗證圖片(虛線)的損失:訓練時的 dropout 使任務更難,兩者的測量方式並不相同。",
    "mp5_curve": "驗證類別上的 GUIE mP@5",
    "no_curve": "此檢查點是計算而非訓練得到的,沒有學習曲線。",
    "epoch": "訓練輪次",
    "loss": "損失",
    "about": "關於指標與資料:請見 README 與各檢查點資料夾中的模型卡。",
}

TYPES_ZH_TW = {
    "apparel": "服飾", "packaged_goods": "包裝商品", "landmarks": "地標", "furniture": "家具", "storefronts": "店面",
    "dishes": "料理", "artwork": "藝術品", "toys": "玩具", "memes": "迷因", "illustrations": "插畫", "cars": "汽車",
}  # fmt: skip


class Words:
    """The words of one language: `t("showing", shown=24, n=567)`, and names of object types."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._words = {"en": EN, "zh-TW": ZH_TW}[lang]

    def __call__(self, key: str, **values: object) -> str:
        return self._words[key].format(**values) if values else self._words[key]

    def object_type(self, name: str) -> str:
        known = TYPES_ZH_TW.get(name) if self.lang == "zh-TW" else None
        return known or name.replace("_", " ")
