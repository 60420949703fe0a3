//! `evaluate bursts`
pub mod invented;
pub mod nab;
pub mod random;
use anyhow::{Context as _, Result};
use parvis_listen::burst::{Detector, Sensitivity, Tuning};
use std::{fs, path::Path};

pub struct Series {
    pub name: String,
    pub at: Vec<i64>,
    pub text: Vec<String>,
    pub values: Vec<f64>,
    pub windows: Vec<(usize, usize)>,
}

pub fn load(data: &Path) -> Result<Vec<Series>> {
    let folder = data.join("nab-realtweets");
    let windows: std::collections::BTreeMap<String, Vec<(String, String)>> =
        serde_json::from_slice(&fs::read(folder.join("combined_windows.json"))?)?;
    let mut all = Vec::new();
    for (name, spans) in windows {
        let file = name.rsplit('/').next().context("name")?;
        let mut s = Series {
            name: file.trim_start_matches("Twitter_volume_").trim_end_matches(".csv").into(),
            at: vec![],
            text: vec![],
            values: vec![],
            windows: vec![],
        };
        for line in fs::read_to_string(folder.join(file))?.lines().skip(1) {
            let (at, value) = line.split_once(',').context("line")?;
            let t: jiff::civil::DateTime = at.parse()?;
            s.at.push(t.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_microsecond());
            s.text.push(at.into());
            s.values.push(value.parse()?);
        }
        for (a, b) in spans {
            let a = s.text.iter().position(|x| x.as_str() >= &a[..19]).context("w")?;
            let b = s.text.iter().rposition(|x| x.as_str() <= &b[..19]).context("w")?;
            s.windows.push((a, b));
        }
        all.push(s);
    }
    Ok(all)
}

pub fn run(args: &[String]) -> Result<()> {
    let all = load(Path::new("/work/shared/data"))?;
    let mut t = Tuning::default();
    let mut verbose = 0;
    for a in args {
        if a == "-v" {
            verbose = 1;
            continue;
        }
        if a == "-d" {
            verbose = 2;
            continue;
        }
        let (k, v) = a.split_once('=').context("k=v")?;
        set(&mut t, k, v.parse()?);
    }
    let mut total = nab::Outcome::default();
    for s in &all {
        let mut d = Detector::tuned(300_000_000, Sensitivity::Balanced, t.clone());
        let r: Vec<_> = s.at.iter().zip(&s.values).map(|(a, v)| d.push(*a, Some(*v), 1.0)).collect();
        let det: Vec<bool> = r.iter().map(|r| r.alert).collect();
        let o = nab::judge(&det, &s.windows);
        let inband = s.values.iter().zip(&r).skip(750).filter(|(v, r)| **v > r.expected_high).count() as f64
            / s.values.len() as f64;
        println!(
            "{} hit {}/{} at {:?} fa {} above {:.4} std {:.1} low {:.1}",
            s.name,
            o.hit(),
            o.windows.len(),
            o.windows.iter().map(|w| w.map(|w| (w * 100.0).round())).collect::<Vec<_>>(),
            o.false_alarms.len(),
            inband,
            o.score(&nab::PROFILES[0]),
            o.score(&nab::PROFILES[1])
        );
        if verbose > 0 {
            for (i, x) in
                r.iter().enumerate().filter(|(i, r)| *i >= 750 && (r.alert || verbose == 2 && r.score > 0.3))
            {
                let w = s.windows.iter().position(|w| (w.0..=w.1).contains(&i));
                println!(
                    "   {} v {} exp {:.1} [{:.1} {:.1}] days {:.1} ratio {:.1} h {} {}",
                    s.text[i],
                    s.values[i],
                    x.expected,
                    x.expected_low,
                    x.expected_high,
                    x.return_days,
                    x.ratio,
                    x.horizon,
                    w.map_or(String::from("FALSE"), |w| format!("window {w}"))
                );
            }
        }
        total.add(&o);
    }
    println!(
        "TOTAL hit {}/16 fa {} std {:.2} lowFP {:.2} lowFN {:.2}",
        total.hit(),
        total.false_alarms.len(),
        total.score(&nab::PROFILES[0]),
        total.score(&nab::PROFILES[1]),
        total.score(&nab::PROFILES[2])
    );
    Ok(())
}

fn set(t: &mut Tuning, k: &str, v: f64) {
    match k {
        "days" => t.days = v,
        "level" => t.level_days = v,
        "dprior" => t.day_prior = v,
        "wprior" => t.week_prior = v,
        "doubt" => t.doubt = v,
        "cap" => t.tail_cap = v,
        "far" => t.least_far = v,
        "spread" => t.spread = v,
        "sdays" => t.spread_days = v,
        "from" => t.tail_from = v,
        "mean" => t.tail_mean = v,
        "tprior" => t.tail_prior = v,
        "rate" => t.tail_rate = v,
        "calm" => t.calm_hours = v,
        "ratio" => t.least_ratio = v,
        "count" => t.least_count = v,
        "again" => t.again = v,
        "clip" => t.clip = v,
        "quick" => t.quick_steps = v,
        "slow" => t.slow_hours = v,
        _ => panic!("{k}"),
    }
}

fn total(all: &[Series], t: &Tuning) -> nab::Outcome {
    let mut total = nab::Outcome::default();
    for s in all {
        let mut d = Detector::tuned(300_000_000, Sensitivity::Balanced, t.clone());
        let det: Vec<bool> =
            s.at.iter().zip(&s.values).map(|(a, v)| d.push(*a, Some(*v), 1.0).alert).collect();
        total.add(&nab::judge(&det, &s.windows));
    }
    total
}

pub fn sweep(n: usize, wide: f64, args: &[String]) -> Result<()> {
    let all = load(Path::new("/work/shared/data"))?;
    let mut base = Tuning::default();
    let keys = [
        "days", "level", "dprior", "wprior", "doubt", "spread", "sdays", "from", "mean", "tprior", "rate",
        "calm", "ratio", "count", "again", "clip", "quick", "slow", "cap", "far",
    ];
    let get = |t: &Tuning, k: &str| match k {
        "days" => t.days,
        "level" => t.level_days,
        "dprior" => t.day_prior,
        "wprior" => t.week_prior,
        "doubt" => t.doubt,
        "cap" => t.tail_cap,
        "far" => t.least_far,
        "spread" => t.spread,
        "sdays" => t.spread_days,
        "from" => t.tail_from,
        "mean" => t.tail_mean,
        "tprior" => t.tail_prior,
        "rate" => t.tail_rate,
        "calm" => t.calm_hours,
        "ratio" => t.least_ratio,
        "count" => t.least_count,
        "again" => t.again,
        "clip" => t.clip,
        "quick" => t.quick_steps,
        "slow" => t.slow_hours,
        _ => 0.0,
    };
    for a in args {
        let (k, v) = a.split_once('=').context("k=v")?;
        set(&mut base, k, v.parse()?);
    }
    let sy: Vec<_> = {
        use invented::*;
        let mut v = vec![];
        for (minutes, hourly) in [(5, 10.0), (5, 100.0), (5, 1000.0), (60, 10.0), (60, 100.0), (60, 1000.0)] {
            for kind in [
                None,
                Some(Kind { times: 3.0, is_slow: false }),
                Some(Kind { times: 3.0, is_slow: true }),
                Some(Kind { times: 2.0, is_slow: false }),
            ] {
                for seed in 0..2 {
                    v.push((
                        minutes,
                        kind,
                        invent(
                            &Brand { hourly, minutes, kind, life: Life::Ordinary },
                            seed * 31 + minutes as u64,
                        ),
                    ));
                }
            }
        }
        v
    };
    let synth = |t: &Tuning| {
        let (mut quiet, mut fa, mut hit, mut all) = (0, 0, [0; 3], [0; 3]);
        for (minutes, kind, s) in &sy {
            let mut d = Detector::tuned(*minutes as i64 * 60_000_000, Sensitivity::Balanced, t.clone());
            let r: Vec<bool> = s.points.iter().map(|p| d.push(p.at, p.count, p.foreseen).alert).collect();
            let q = 6 * 60 / minutes;
            let f = r
                .iter()
                .enumerate()
                .skip(s.from)
                .filter(|(i, a)| **a && !s.bursts.iter().any(|b| (b.0..=b.1 + q).contains(i)))
                .count();
            match kind {
                None => quiet += f,
                Some(k) => {
                    fa += f;
                    let j = if k.times < 3.0 {
                        2
                    } else if k.is_slow {
                        1
                    } else {
                        0
                    };
                    all[j] += s.bursts.len();
                    hit[j] += s.bursts.iter().filter(|b| r[b.0..=b.1].iter().any(|a| *a)).count();
                }
            }
        }
        let m = 56.0 / 30.0;
        (
            quiet as f64 / 12.0 / m,
            fa as f64 / 36.0 / m,
            hit[0] as f64 / all[0] as f64,
            hit[1] as f64 / all[1] as f64,
            hit[2] as f64 / all[2] as f64,
        )
    };
    let mut seed = 12345u64;
    let mut rnd = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut res = vec![];
    let nab_only = std::env::var("NABONLY").is_ok();
    for _ in 0..n {
        let mut t = base.clone();
        for k in keys {
            let f = ((rnd() * 2.0 - 1.0) * wide.ln()).exp();
            let v = get(&t, k) * f;
            set(&mut t, k, v);
        }
        let o = total(&all, &t);
        let y = if nab_only { (0.0, 0.0, 0.97, 1.0, 0.6) } else { synth(&t) };
        let nb = (o.score(&nab::PROFILES[0]), o.score(&nab::PROFILES[1]));
        let j = (nb.0.min(88.0) + nb.1.min(85.0)) / 2.0
            + 100.0 * (y.2.min(0.97) + 0.5 * y.3 + 0.25 * y.4) / 2.0
            - 8.0 * (y.0 - 0.8).max(0.0);
        res.push((nb.0, nb.1, o.hit(), o.false_alarms.len(), t, y, j));
    }
    res.sort_by(|a, b| b.6.total_cmp(&a.6));
    let q = |p: f64, i: usize| {
        let mut v: Vec<f64> = res.iter().map(|r| if i == 0 { r.0 } else { r.1 }).collect();
        v.sort_by(f64::total_cmp);
        v[((v.len() - 1) as f64 * p) as usize]
    };
    println!(
        "std q10 {:.1} median {:.1} q90 {:.1} | low q10 {:.1} median {:.1} q90 {:.1} max {:.1}",
        q(0.1, 0),
        q(0.5, 0),
        q(0.9, 0),
        q(0.1, 1),
        q(0.5, 1),
        q(0.9, 1),
        q(1.0, 1)
    );
    let top = n / 10;
    for k in keys {
        let mut all: Vec<f64> = res.iter().take(top).map(|r| get(&r.4, k)).collect();
        all.sort_by(f64::total_cmp);
        let mean = |lo: bool| {
            let b = get(&base, k);
            let v: Vec<f64> = res.iter().filter(|r| (get(&r.4, k) < b) == lo).map(|r| r.6).collect();
            v.iter().sum::<f64>() / v.len() as f64
        };
        println!(
            "{k}: base {:.2} top10% q25 {:.2} median {:.2} q75 {:.2}   mean below {:.1} above {:.1}",
            get(&base, k),
            all[top / 4],
            all[top / 2],
            all[top * 3 / 4],
            mean(true),
            mean(false)
        );
    }
    for r in res.iter().take(6) {
        println!("J {:.1} {:?}", r.6, r.5);
        println!(
            "{:.1} {:.1} hit {} fa {}: {}",
            r.0,
            r.1,
            r.2,
            r.3,
            keys.iter().map(|k| format!("{k}={:.3}", get(&r.4, k))).collect::<Vec<_>>().join(" ")
        );
    }
    Ok(())
}

pub fn synth(args: &[String]) -> Result<()> {
    use invented::*;
    let mut base = Tuning::default();
    let mut n = 8;
    let mut sens = Sensitivity::Balanced;
    for a in args {
        let (k, v) = a.split_once('=').context("k=v")?;
        match (k, v) {
            ("n", _) => n = v.parse()?,
            ("s", "more") => sens = Sensitivity::More,
            ("s", "fewer") => sens = Sensitivity::Fewer,
            _ => set(&mut base, k, v.parse()?),
        }
    }
    for minutes in [5, 60] {
        for hourly in [1.0, 10.0, 100.0, 1000.0] {
            let mut out = format!("{minutes:>2} min {hourly:>4}/h: ");
            let run = |kind: Option<Kind>, life: Life| {
                let mut early = 0;
                let (mut hit, mut all, mut fa, mut above, mut below, mut pts) = (0, 0, 0, 0, 0, 0);
                let mut delays = vec![];
                for seed in 0..n {
                    let s = invent(&Brand { hourly, minutes, kind, life }, seed * 7919 + minutes as u64);
                    let mut d = Detector::tuned(minutes as i64 * 60_000_000, sens, base.clone());
                    let r: Vec<_> = s
                        .points
                        .iter()
                        .map(|p| {
                            let r = d.push(p.at, p.count, p.foreseen);
                            if let Some(c) = p.count {
                                pts += 1;
                                if c > r.expected_high {
                                    above += 1
                                }
                                if c < r.expected_low {
                                    below += 1
                                }
                            }
                            r.alert
                        })
                        .collect();
                    all += s.bursts.len();
                    for b in &s.bursts {
                        if let Some(i) = r[b.0..=b.1].iter().position(|a| *a) {
                            hit += 1;
                            delays.push(i);
                        }
                    }
                    let quiet = 6 * 60 / minutes;
                    early += r.iter().take(s.from).filter(|a| **a).count();
                    fa += r
                        .iter()
                        .enumerate()
                        .skip(s.from)
                        .filter(|(i, a)| **a && !s.bursts.iter().any(|b| (b.0..=b.1 + quiet).contains(i)))
                        .count();
                }
                delays.sort();
                (
                    hit as f64 / (all as f64).max(1.0),
                    delays.get(delays.len() / 2).copied(),
                    fa as f64 / (n as f64 * 56.0 / 30.0),
                    above as f64 / pts as f64,
                    below as f64 / pts as f64,
                    early as f64 / (n as f64 * 28.0 / 30.0),
                )
            };
            let q = run(None, Life::Ordinary);
            out += &format!("quiet early {:.2} fa {:.2} above {:.3} below {:.3} |", q.5, q.2, q.3, q.4);
            for l in [Life::Shifts, Life::Foreseen, Life::Holes] {
                out += &format!(" {:.2}", run(None, l).2);
            }
            for is_slow in [false, true] {
                for times in [1.5, 2.0, 3.0, 6.0] {
                    let r = run(Some(Kind { times, is_slow }), Life::Ordinary);
                    out += &format!(
                        " | x{times}{} {:.0}% d{:?} fa{:.2}",
                        if is_slow { "s" } else { "" },
                        r.0 * 100.0,
                        r.1.unwrap_or(999),
                        r.2
                    );
                }
            }
            println!("{out}");
        }
    }
    Ok(())
}

pub fn missed(args: &[String]) -> Result<()> {
    use invented::*;
    let mut base = Tuning::default();
    for a in args {
        let (k, v) = a.split_once('=').context("k=v")?;
        set(&mut base, k, v.parse()?);
    }
    for minutes in [5, 60] {
        for hourly in [10.0, 100.0, 1000.0] {
            for is_slow in [false, true] {
                for seed in 0..3 {
                    let s = invent(
                        &Brand {
                            hourly,
                            minutes,
                            kind: Some(Kind { times: 3.0, is_slow }),
                            life: Life::Ordinary,
                        },
                        seed * 7919 + minutes as u64,
                    );
                    let mut d =
                        Detector::tuned(minutes as i64 * 60_000_000, Sensitivity::Balanced, base.clone());
                    let r: Vec<_> = s.points.iter().map(|p| d.push(p.at, p.count, p.foreseen)).collect();
                    for (n, b) in s.bursts.iter().enumerate() {
                        if r[b.0..=b.1].iter().all(|a| !a.alert) {
                            let m = r[b.0..=b.1]
                                .iter()
                                .max_by(|a, b| a.return_days.total_cmp(&b.return_days))
                                .unwrap();
                            println!(
                                "{minutes} {hourly} slow {is_slow} seed {seed} burst {n}: open before {} max days {:.2} ratio {:.2} far {:.2} h {:.0} exp {:.1} [{:.1} {:.1}]",
                                r[b.0 - 1].open,
                                m.return_days,
                                m.ratio,
                                m.far,
                                m.horizon,
                                m.expected,
                                m.expected_low,
                                m.expected_high
                            );
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

pub fn plateau(args: &[String]) -> Result<()> {
    let all = load(Path::new("/work/shared/data"))?;
    let mut base = Tuning::default();
    for a in args {
        let (k, v) = a.split_once('=').context("k=v")?;
        set(&mut base, k, v.parse()?);
    }
    let (mut best, mut width, mut at) = ((0.0, 0.0), 0, vec![]);
    for i in 0..50 {
        let mut t = base.clone();
        t.days = 1.0 * (1.1f64).powi(i);
        let o = total(&all, &t);
        let (a, b) = (o.score(&nab::PROFILES[0]), o.score(&nab::PROFILES[1]));
        if b > best.1 {
            best = (a, b)
        }
        if a >= 82.0 && b >= 78.0 {
            width += 1;
            at.push(format!("{:.0}", t.days));
        }
    }
    println!("{}: best {:.1} {:.1} width {width} {}", args.join(" "), best.0, best.1, at.join(" "));
    Ok(())
}
