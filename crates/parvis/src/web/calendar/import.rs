//! Several posts from one file: brought, looked at, made. Plain forms, at most one press for all.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use parvis_write::charter::Remark;

use super::grid::spoken;
use crate::app::App;
use crate::command::Refusal;
use crate::command::post::import::{self as command, Fault, Preview, Row};
use crate::id::{ImportId, PostId};
use crate::rules::post::State as Standing;
use crate::rules::text::excerpt;
use crate::store::house::House;
use crate::store::{Conn, post};
use crate::web::error::{Failure, page_with};
use crate::web::inbox::house::channel_icon;
use crate::web::inbox::refusal;
use crate::web::language::{Language, Words};
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

/// Characters of a text that are shown.
const EXCERPT: usize = 240;

/// A post that would be made.
struct Line {
    line: i64,
    title: String,
    text: String,
    icon: &'static str,
    /// Its hour, its networks, its theme.
    about: String,
    state: String,
    waits: bool,
    /// What speaks against its hour.
    hints: Vec<String>,
    /// What the charter says, and whether it asks for a reason.
    remarks: Vec<(String, bool)>,
}

#[derive(Template)]
#[template(path = "calendar/import.html")]
struct ImportPage {
    layout: Layout,
    /// The file that can be made now.
    id: Option<ImportId>,
    name: String,
    problem: Option<String>,
    /// Places of the file and what is wrong there.
    faults: Vec<(String, String)>,
    lines: Vec<Line>,
    /// When the same file was made before.
    before: Option<String>,
    /// What was made of it.
    made: Option<Vec<(PostId, String)>>,
    columns: Vec<(&'static str, String)>,
    most: i64,
}

impl ImportPage {
    async fn new(conn: &mut Conn, signed: &Signed) -> Result<Self, Failure> {
        let words = &signed.words;
        let title = words.t("import-title");
        let column = |name: &str| words.named("import-column", name);
        Ok(Self {
            layout: Layout::of(conn, signed, Place::Calendar, title).await?,
            id: None,
            name: String::new(),
            problem: None,
            faults: Vec::new(),
            lines: Vec::new(),
            before: None,
            made: None,
            columns: command::COLUMNS.iter().map(|it| (it.name, column(it.name))).collect(),
            most: command::ROWS as i64,
        })
    }

    fn show(&mut self, words: &Words, house: &House, it: Preview, now: i64) {
        self.faults = it.faults.iter().map(|it| (place(words, it), said(words, it))).collect();
        if self.faults.is_empty() {
            self.lines = it.rows.into_iter().map(|it| line(words, house, it, now)).collect();
        }
        self.before = it.before.map(|at| words.moment(at, now));
    }
}

fn place(words: &Words, it: &Fault) -> String {
    let line = i64::try_from(it.line).unwrap_or(i64::MAX);
    match it.column.as_str() {
        "" => words.t1("import-line", "line", line),
        column => words.t2("import-place", "line", line, "column", column),
    }
}

fn said(words: &Words, it: &Fault) -> String {
    words.t1(&it.key, "value", it.value.as_str())
}

fn line(words: &Words, house: &House, it: Row, now: i64) -> Line {
    let channels: Vec<_> = it.channels.iter().filter_map(|id| house.channel(*id)).collect();
    let mut about = vec![match it.post.due_at {
        Some(at) => {
            let words = words.house();
            words.t2("moment-day", "day", words.weekday(at, now), "clock", words.clock(at))
        }
        None => words.t("import-no-hour"),
    }];
    about.extend(channels.iter().map(|it| it.name.clone()));
    about.extend(Some(it.post.theme.clone()).filter(|it| !it.is_empty()));
    let hint = |it: &command::Hint| words.t1(&format!("import-hint-{}", it.code), "about", it.about.as_str());
    let remark = |it: &Remark| (words.remark(it).0, it.must);
    Line {
        line: i64::try_from(it.line).unwrap_or(i64::MAX),
        icon: channels.first().map_or("idea", |it| channel_icon(&it.kind)),
        about: about.join(" · "),
        state: words.named("post-state", it.post.state.as_str()),
        waits: it.post.state == Standing::ToValidate,
        hints: it.hints.iter().map(hint).collect(),
        remarks: it.remarks.iter().map(remark).collect(),
        text: excerpt(&it.post.text, EXCERPT),
        title: it.post.title,
    }
}

/// `GET /calendar/import`
pub(super) async fn begin(State(app): State<Arc<App>>, signed: Signed) -> Answer {
    page_with(StatusCode::OK, &ImportPage::new(&mut app.db.read().await?, &signed).await?)
}

/// `POST /calendar/import`: the file is looked at; without faults its page is shown.
pub(super) async fn bring(State(app): State<Arc<App>>, signed: Signed, mut form: Multipart) -> Answer {
    let broken = |error: axum::extract::multipart::MultipartError| {
        Failure::new(error.status()).because(error.body_text())
    };
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().to_owned();
            file = Some((name, field.bytes().await.map_err(broken)?)).filter(|it| !it.1.is_empty());
        }
    }
    let words = &signed.words;
    let none = Refusal::Invalid { field: "import", code: "none" };
    let looked = match &file {
        Some((name, bytes)) => command::bring(&app, &signed.actor, (name, bytes), spoken(words)).await,
        None => Err(none),
    };
    let (status, problem, preview) = match looked {
        Ok((Some(id), _)) => return Ok(Redirect::to(&format!("/calendar/import/{id}")).into_response()),
        Ok((None, preview)) => (StatusCode::UNPROCESSABLE_ENTITY, None, preview),
        Err(refused) => match refusal::said(&refused, words) {
            Some((status, said)) => (status, Some(said), Preview::default()),
            None => return Err(refusal::failure(refused, words)),
        },
    };
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let mut shown = ImportPage::new(&mut conn, &signed).await?;
    shown.problem = problem;
    shown.name = file.map(|it| it.0).unwrap_or_default();
    shown.show(words, &house, preview, app.now());
    page_with(status, &shown)
}

/// `GET /calendar/import/{id}`
pub(super) async fn look(State(app): State<Arc<App>>, signed: Signed, Path(id): Path<ImportId>) -> Answer {
    let words = &signed.words;
    let looked = command::look(&app, &signed.actor, id, spoken(words)).await;
    let (it, preview) = looked.map_err(|refused| refusal::failure(refused, words))?;
    let mut conn = app.db.read().await?;
    let house = House::read(&mut conn, signed.organisation.id).await?;
    let mut shown = ImportPage::new(&mut conn, &signed).await?;
    shown.show(words, &house, preview, app.now());
    shown.name = it.name;
    if it.made_at.is_some() {
        let mut made = Vec::new();
        for id in it.posts {
            // One that was put right since is called otherwise by now.
            let found = post::get(&mut conn, signed.organisation.id, id).await?;
            made.extend(found.map(|post| (id, post.title)));
        }
        shown.made = Some(made);
    } else if shown.faults.is_empty() {
        shown.id = Some(it.id);
    }
    page_with(StatusCode::OK, &shown)
}

/// `POST /calendar/import/{id}`: whatever comes of it, its page says so.
pub(super) async fn make(State(app): State<Arc<App>>, signed: Signed, Path(id): Path<ImportId>) -> Answer {
    match command::make(&app, &signed.actor, id).await {
        Ok(_) | Err(Refusal::Invalid { .. }) => {
            Ok(Redirect::to(&format!("/calendar/import/{id}")).into_response())
        }
        Err(refused) => Err(refusal::failure(refused, &signed.words)),
    }
}

/// `GET /calendar/import/template.csv`: the columns by their names in the reader's language, and a row that shows how. With the
/// mark and the separator by which spreadsheets of that language know what it is.
pub(super) async fn template(State(app): State<Arc<App>>, signed: Signed) -> Answer {
    let words = &signed.words;
    let house = House::read(&mut app.db.read().await?, signed.organisation.id).await?;
    let separator = if words.language == Language::Fr { ";" } else { "," };
    let day = words.house().zoned(app.now()).date().saturating_add(jiff::Span::new().days(7));
    let example = |name: &str| match name {
        "date" => day.to_string(),
        "time" => "18:30".to_owned(),
        "channels" => house.channels.first().map(|it| it.name.clone()).unwrap_or_default(),
        "title" | "text" | "theme" | "state" => words.named("import-example", name),
        _ => String::new(),
    };
    let cell = |text: String| match text.contains(['"', ',', ';', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    };
    let row = |values: Vec<String>| values.into_iter().map(cell).collect::<Vec<_>>().join(separator);
    let header = row(command::COLUMNS.iter().map(|it| words.named("import-name", it.name)).collect());
    let second = row(command::COLUMNS.iter().map(|it| example(it.name)).collect());
    let name = format!("attachment; filename=\"{}\"", words.t("import-file-name"));
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, format!("\u{FEFF}{header}\r\n{second}\r\n")).into_response())
}
