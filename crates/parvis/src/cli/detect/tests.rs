//! What goes in and what comes out, row by row.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

use super::*;

fn detect(input: &str) -> (String, Result<(), Stop>) {
    let mut output = Vec::new();
    let outcome = answer(BufReader::new(input.as_bytes()), &mut output, Sensitivity::Balanced);
    (String::from_utf8(output).unwrap(), outcome)
}

fn refused(input: &str) -> (usize, usize, String) {
    match detect(input).1 {
        Err(Stop::Row { line, column, problem }) => (line, column, problem),
        other => panic!("{other:?}"),
    }
}

/// Ten days of one count each five minutes, ten times as many in one hour of the ninth.
fn series() -> String {
    let mut text = "timestamp,value\n".to_owned();
    for step in 0..2_880_i64 {
        let time = civil::date(2026, 1, 5).at(0, 0, 0, 0).saturating_add(jiff::Span::new().minutes(step * 5));
        let count = if (2_500..2_512).contains(&step) { 300 } else { 25 + step * 7 % 11 };
        writeln!(text, "{},{count}", time.strftime("%Y-%m-%d %H:%M:%S")).unwrap();
    }
    text
}

#[test]
fn a_burst_is_one_alert_at_its_beginning() {
    let (output, outcome) = detect(&series());
    assert_eq!(outcome, Ok(()));
    let rows: Vec<Vec<&str>> = output.lines().map(|it| it.split(',').collect()).collect();
    assert_eq!(rows[0], ["timestamp", "value", "expected_low", "expected_high", "score", "alert"]);
    let alerts: Vec<usize> = (1..rows.len()).filter(|&row| rows[row][5] == "1").collect();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert!((2_501..2_504).contains(&alerts[0]), "{alerts:?}");
    for row in &rows[1..] {
        let number = |field: usize| row[field].parse::<f64>().unwrap();
        assert_eq!(number(4) >= 0.5, row[5] == "1", "{row:?}");
        assert!((0.0..=1.0).contains(&number(4)) && number(2) <= number(3), "{row:?}");
    }
}

#[test]
fn each_row_is_answered_before_the_next_is_asked_for() {
    struct Slow<'a> {
        rows: std::str::SplitInclusive<'a, char>,
        asked: usize,
        answered: Rc<RefCell<Vec<u8>>>,
    }
    impl io::Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let answers = self.answered.borrow().iter().filter(|it| **it == b'\n').count();
            assert_eq!(answers, self.asked, "before row {}", self.asked + 1);
            self.asked += 1;
            let row = self.rows.next().unwrap_or_default();
            buffer[..row.len()].copy_from_slice(row.as_bytes());
            Ok(row.len())
        }
    }
    struct Shared(Rc<RefCell<Vec<u8>>>);
    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let answered = Rc::new(RefCell::new(Vec::new()));
    let text = "timestamp,value\n2026-01-05 00:00:00,3\n2026-01-05 00:05:00,4\n2026-01-05 00:10:00,\n";
    let slow = Slow { rows: text.split_inclusive('\n'), asked: 0, answered: Rc::clone(&answered) };
    answer(BufReader::new(slow), BufWriter::new(Shared(Rc::clone(&answered))), Sensitivity::More).unwrap();
    assert_eq!(answered.borrow().iter().filter(|it| **it == b'\n').count(), 4);
}

#[test]
fn a_row_depends_on_none_that_follows() {
    let text = series();
    let cut: String = text.lines().take(2_600).fold(String::new(), |all, line| all + line + "\n");
    assert!(detect(&text).0.starts_with(&detect(&cut).0));
}

#[test]
fn times_come_back_as_they_were_written_and_missing_points_stay_missing() {
    let text = "\u{FEFF}\"Timestamp\",\"value\"\r\n2026-01-05T01:00:00+01:00,2\r\n2026-01-05T01:00:00Z,NaN\r\n\r\n2026-01-05T04:00:00.5Z,7.5";
    let (output, outcome) = detect(text);
    assert_eq!(outcome, Ok(()));
    let starts: Vec<String> =
        output.lines().skip(1).map(|it| it.split(',').take(2).collect::<Vec<_>>().join(",")).collect();
    assert_eq!(
        starts,
        ["2026-01-05T01:00:00+01:00,2", "2026-01-05T01:00:00Z,NaN", "2026-01-05T04:00:00.5Z,7.5"]
    );
}

#[test]
fn what_cannot_be_read_is_named_by_line_and_column() {
    assert_eq!(refused("").0, 1);
    assert_eq!(refused("time,value\n").1, 1);
    assert_eq!(refused("timestamp,count\n").1, 11);
    let head = "timestamp,value\n2026-01-05 00:00:00,1\n2026-01-05 00:05:00,1\n";
    let (line, column, problem) = refused(&format!("{head}2026-01-05 00:10:00,many\n"));
    assert_eq!((line, column), (4, 21));
    assert_eq!(problem, "“many” is no count; write a number from 0 on, or nothing for a missing point");
    assert_eq!(refused(&format!("{head}2026-01-05 00:10:00,-1\n")).1, 21);
    assert_eq!(refused(&format!("{head}2026-01-05 00:10:00,inf\n")).1, 21);
    assert_eq!(refused(&format!("{head}2026-01-05 00:10:00,1,2\n")).1, 21);
    assert_eq!(refused(&format!("{head}2026-01-05 00:10:00\n")).1, 20);
    assert_eq!(refused(&format!("{head}2026-13-05 00:10:00,1\n")).1, 1);
    assert!(refused(&format!("{head}2026-01-05 00:05:00,1\n")).2.contains("not later"));
    assert!(refused(&format!("{head}2026-01-05 00:06:00,1\n")).2.contains("the step is 300 s"));
    assert!(refused(&format!("{head}{}\n", "x".repeat(100_000))).2.contains("too long"));
}

#[test]
fn rows_before_a_bad_one_are_answered() {
    let (output, outcome) = detect("timestamp,value\n2026-01-05 00:00:00,1\nnonsense\n");
    assert!(outcome.is_err());
    assert_eq!(output.lines().count(), 2);
}
